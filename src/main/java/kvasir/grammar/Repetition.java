package kvasir.grammar;

/** A part that is taken several times. A text of the part has at least one byte. */
final class Repetition extends Node {
  /** Number of times without a bound. */
  static final int UNBOUNDED = Integer.MAX_VALUE;

  private final Node body;
  private final int min;
  private final int max;

  Repetition(Node body, int min, int max) {
    this.body = body;
    this.min = min;
    this.max = max;
    update();
  }

  @Override
  long measure() {
    return min > max ? NOTHING : times(body.least(), min);
  }

  @Override
  int measureHeight() {
    return min == 0 ? 1 : 1 + body.height();
  }

  @Override
  public void expand(Stack below, Closure out) {
    if (fits()) {
      out.add(new Place(this, 0), below);
    }
  }

  /** Place behind {@code taken} texts; without a bound, those beyond the least are not counted. */
  private record Place(Repetition repetition, int taken) implements Frame {
    @Override
    public void expand(Stack below, Closure out) {
      if (taken >= repetition.min) {
        out.add(below);
      }
      if (taken < repetition.max) {
        boolean counted = repetition.max != UNBOUNDED || taken < repetition.min;
        Place next = counted ? new Place(repetition, taken + 1) : this;
        out.add(repetition.body, new Stack(next, below));
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place that && repetition == that.repetition && taken == that.taken;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(repetition) * 31 + taken;
    }
  }
}
