package kvasir.grammar;

import java.util.List;
import java.util.Optional;

/**
 * The members of an object: known members in their order, each required or not, and then further
 * ones.
 */
final class Members extends Node {
  /** Separator of the members of a JSON object. */
  static final Optional<Node> COMMA = Optional.of(Literals.of(","));

  private final List<Member> members;
  private final Optional<Node> further;
  private final int min;
  private final int max;
  private final Optional<Node> separator;

  /** Number of required members from each one on. */
  private final int[] required;

  /** Number of members that fit from each one on. */
  private final int[] possible;

  /**
   * A known member.
   *
   * @param pair its name and its value
   */
  record Member(Node pair, boolean required) {}

  /**
   * Creates a part.
   *
   * @param further a member that is not known; may come several times
   * @param min least number of members; of the further ones one is counted, since their names may
   *     be equal
   * @param max largest number of members
   * @param separator what stands between two members
   */
  Members(
      List<Member> members, Optional<Node> further, int min, int max, Optional<Node> separator) {
    this.separator = separator;
    this.members = List.copyOf(members);
    this.further = further;
    this.min = min;
    this.max = max;
    this.required = new int[members.size() + 1];
    this.possible = new int[members.size() + 1];
    update();
  }

  /** Counts members again, since more of them may fit now. */
  private void count() {
    possible[members.size()] = furtherFits() ? 1 : 0;
    for (int i = members.size() - 1; i >= 0; i--) {
      Member member = members.get(i);
      required[i] = required[i + 1] + (member.required ? 1 : 0);
      possible[i] = possible[i + 1] + (member.pair.fits() ? 1 : 0);
    }
  }

  private boolean furtherFits() {
    return further.isPresent() && further.get().fits();
  }

  @Override
  long measure() {
    count();
    long least = 0;
    for (Member member : members) {
      least = member.required ? sum(least, member.pair.least()) : least;
    }
    return possible[0] < min || required[0] > max ? NOTHING : least;
  }

  @Override
  int measureHeight() {
    int height = 1;
    for (Member member : members) {
      boolean counts = member.required || min > 0;
      height = counts ? Math.max(height, 1 + member.pair.height()) : height;
    }
    return min > 0 && furtherFits() ? Math.max(height, 1 + further.get().height()) : height;
  }

  @Override
  public void expand(Stack below, Closure out) {
    out.add(new Place(this, 0, 0), below);
  }

  /**
   * A place between members.
   *
   * @param index number of the next known member
   * @param taken number of members so far
   */
  private record Place(Members object, int index, int taken) implements Frame {
    @Override
    public void expand(Stack below, Closure out) {
      int size = object.members.size();
      boolean open = true;
      for (int i = index; i < size && open; i++) {
        Member member = object.members.get(i);
        if (reaches(taken + 1 + object.possible[i + 1], taken + 1 + object.required[i + 1])) {
          pair(member.pair, new Place(object, i + 1, taken + 1), below, out);
        }
        open = !member.required;
      }
      if (open && object.furtherFits() && reaches(taken + 1, taken + 1)) {
        pair(object.further.get(), new Place(object, size, furtherTaken()), below, out);
      }
      if (open && taken >= object.min) {
        out.add(below);
      }
    }

    private boolean reaches(int most, int least) {
      return most >= object.min && least <= object.max;
    }

    /** Returns the count after a further member, which does not grow where there is no bound. */
    private int furtherTaken() {
      return object.max == Repetition.UNBOUNDED ? Math.max(1, object.min) : taken + 1;
    }

    private void pair(Node pair, Place next, Stack below, Closure out) {
      Stack after = new Stack(next, below);
      if (taken == 0 || object.separator.isEmpty()) {
        out.add(pair, after);
      } else if (pair.fits() && Stack.depth(after) + pair.height() <= Closure.MAX_DEPTH) {
        out.add(object.separator.get(), new Stack(pair, after));
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && object == that.object
          && index == that.index
          && taken == that.taken;
    }

    @Override
    public int hashCode() {
      return (System.identityHashCode(object) * 31 + index) * 31 + taken;
    }
  }
}
