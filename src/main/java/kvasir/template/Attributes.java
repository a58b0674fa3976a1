package kvasir.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Attributes, elements and slices of values. */
final class Attributes {
  private static final String HIDDEN = "__";

  private Attributes() {}

  /** Returns {@code owner.name}: an attribute, such as a method, else an element. */
  static Value attribute(Value owner, String name) {
    Value found = own(owner, name);
    if (found != null) {
      return found;
    }
    Value element = owner instanceof Mapping mapping ? mapping.get(Text.of(name)) : null;
    return element == null ? Undefined.part(owner, Text.of(name)) : element;
  }

  /** Returns {@code owner[key]}: an element, else an attribute. */
  static Value element(Value owner, Value key) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    Value element =
        switch (owner) {
          case Mapping mapping -> hashable(key) ? mapping.get(key) : null;
          case Sequence sequence when sequence.isIndexed() && isIndex(key) -> at(sequence, key);
          case Text text when isIndex(key) -> at(text, key);
          default -> null;
        };
    if (element == null && key instanceof Text name) {
      element = own(owner, name.string());
    }
    return element == null ? Undefined.part(owner, key) : element;
  }

  private static boolean hashable(Value key) {
    return !(key instanceof Mapping) && !(key instanceof Sequence list && list.isList());
  }

  private static boolean isIndex(Value key) {
    return key instanceof Value.Int || key instanceof Value.Bool;
  }

  private static Value own(Value owner, String name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (name.startsWith(HIDDEN)) {
      return owner instanceof Mapping
          ? null
          : new Undefined(
              "access to attribute '%s' of '%s' object is unsafe."
                  .formatted(name, owner.typeName()));
    }
    return switch (owner) {
      case Text text -> TextMethods.find(text, name);
      case Mapping mapping -> MappingMethods.find(mapping, name);
      case Sequence sequence -> ListMethods.find(sequence, name);
      case Namespace namespace -> namespace.variables().get(name);
      case LoopState loop -> loop.attribute(name);
      case Callable function -> function.attributes().get(name);
      default -> null;
    };
  }

  private static Value at(Sequence sequence, Value key) {
    int place = place(key, sequence.size());
    return place < 0 ? null : sequence.items().get(place);
  }

  private static Value at(Text text, Value key) {
    int place = place(key, text.length());
    if (place < 0) {
      return null;
    }
    int from = text.offset(place);
    return text.part(from, text.string().offsetByCodePoints(from, 1));
  }

  private static int place(Value key, int size) {
    BigInteger index = Arguments.index(key);
    BigInteger place = index.signum() < 0 ? index.add(BigInteger.valueOf(size)) : index;
    boolean inside = place.signum() >= 0 && place.compareTo(BigInteger.valueOf(size)) < 0;
    return inside ? place.intValue() : -1;
  }

  /**
   * Returns {@code owner[start:stop:step]}.
   *
   * @param start first index; None for the end at which the slice begins
   * @param stop index behind the slice; None for the other end
   * @param step distance of indices; None for 1
   */
  static Value slice(Value owner, Value start, Value stop, Value step) {
    if (owner instanceof Undefined undefined) {
      throw undefined.error();
    }
    boolean sliceable =
        owner instanceof Text || (owner instanceof Sequence sequence && sequence.isIndexed());
    if (!sliceable) {
      throw TemplateError.failed(
          owner instanceof Mapping
              ? "unhashable type: 'slice'"
              : "'" + owner.typeName() + "' object is not subscriptable");
    }
    int size = Operators.length(owner);
    int stride = step == Value.None.NONE ? 1 : bound(step);
    if (stride == 0) {
      throw TemplateError.failed("slice step cannot be zero");
    }
    int lowest = stride > 0 ? 0 : -1;
    int highest = stride > 0 ? size : size - 1;
    int from = clamp(start, size, lowest, highest, stride > 0 ? lowest : highest);
    int to = clamp(stop, size, lowest, highest, stride > 0 ? highest : lowest);
    if (owner instanceof Text text) {
      return slice(text, from, to, stride);
    }
    List<Value> part = new ArrayList<>();
    for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
      part.add(((Sequence) owner).items().get((int) i));
    }
    return ((Sequence) owner).like(part);
  }

  private static int bound(Value value) {
    if (!isIndex(value)) {
      throw value instanceof Undefined undefined
          ? undefined.error()
          : TemplateError.failed(
              "slice indices must be integers or None or have an __index__ method");
    }
    return Arguments.whole(value, 0);
  }

  private static int clamp(Value given, int size, int lowest, int highest, int missing) {
    if (given == Value.None.NONE) {
      return missing;
    }
    long index = bound(given);
    return Math.clamp(index < 0 ? index + size : index, lowest, highest);
  }

  private static Text slice(Text text, int from, int to, int stride) {
    if (stride == 1) {
      if (from >= to) {
        return text.part(0, 0);
      }
      int begin = text.offset(from);
      return text.part(begin, text.string().offsetByCodePoints(begin, to - from));
    }
    int[] offsets = offsets(text);
    TextBuilder part = new TextBuilder();
    for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
      part.append(text, offsets[(int) i], offsets[(int) i + 1]);
    }
    return part.text().asMarkup(text.isMarkup());
  }

  private static int[] offsets(Text text) {
    int[] offsets = new int[text.length() + 1];
    for (int i = 1; i < offsets.length; i++) {
      offsets[i] = text.string().offsetByCodePoints(offsets[i - 1], 1);
    }
    return offsets;
  }
}
