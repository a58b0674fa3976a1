package kvasir.engine.batch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Step plan as bytes: a first message of fixed size, which both sides can name, and a second one
 * for the rest, whose size the first one tells.
 *
 * <pre>
 *   first   magic:4  payload bytes:4  step:8  operations:4  spans:4  payload ... zeros
 *   more    the rest of the payload, often none
 *
 *   payload     operations, then spans; whole numbers in groups of 7 bits, the lowest first
 *   operation   kind, sequence, then its numbers in the order of {@link Operation}
 *   span        sequence, position, logits, rows, ids
 * </pre>
 *
 * @param first the first {@link #FIRST_BYTES} bytes
 * @param more the other bytes
 */
public record PlanMessage(byte[] first, byte[] more) {
  /** Size of the first message in bytes. */
  public static final int FIRST_BYTES = 4096;

  /** Size of the header in bytes. */
  static final int HEADER_BYTES = 24;

  private static final int MAGIC = 0x4b56504c;
  private static final int LARGEST_PAYLOAD = 64 << 20;
  private static final int LEAST_OPERATION_BYTES = 2;
  private static final int LEAST_SPAN_BYTES = 5;
  private static final byte START = 1;
  private static final byte ADD = 2;
  private static final byte COPY = 3;
  private static final byte TRUNCATE = 4;
  private static final byte RELEASE = 5;

  /**
   * Returns the messages of a plan.
   *
   * @throws IllegalArgumentException if a number is negative or the plan takes more than 64 MiB
   */
  public static PlanMessage encode(StepPlan plan) {
    NumberWriter payload = new NumberWriter();
    plan.operations().forEach(operation -> write(operation, payload));
    for (Span span : plan.spans()) {
      payload.put(span.sequence());
      payload.put(span.position());
      payload.put(span.logits());
      payload.put(span.tokens());
    }
    int bytes = payload.size();
    check(bytes <= LARGEST_PAYLOAD, bytes + " bytes");
    byte[] first = new byte[FIRST_BYTES];
    ByteBuffer.wrap(first)
        .putInt(MAGIC)
        .putInt(bytes)
        .putLong(plan.step())
        .putInt(plan.operations().size())
        .putInt(plan.spans().size());
    int inFirst = Math.min(bytes, FIRST_BYTES - HEADER_BYTES);
    payload.copy(0, first, HEADER_BYTES, inFirst);
    byte[] more = new byte[bytes - inFirst];
    payload.copy(inFirst, more, 0, more.length);
    return new PlanMessage(first, more);
  }

  /**
   * Returns the size of the second message in bytes; with 0 there is none.
   *
   * @param first the first message
   * @throws IllegalArgumentException if it is not the first message of a plan
   */
  public static int moreBytes(byte[] first) {
    return Math.max(0, payloadBytes(first) - (FIRST_BYTES - HEADER_BYTES));
  }

  /**
   * Returns the plan.
   *
   * @throws IllegalArgumentException if the bytes are not those of a plan
   */
  public StepPlan decode() {
    int bytes = payloadBytes(first);
    check(more.length == moreBytes(first), more.length + " bytes in the second message");
    byte[] payload = new byte[bytes];
    int inFirst = bytes - more.length;
    System.arraycopy(first, HEADER_BYTES, payload, 0, inFirst);
    System.arraycopy(more, 0, payload, inFirst, more.length);
    for (int i = HEADER_BYTES + inFirst; i < FIRST_BYTES; i++) {
      check(first[i] == 0, "bytes behind the payload");
    }
    ByteBuffer header = ByteBuffer.wrap(first, 8, HEADER_BYTES - 8);
    long step = header.getLong();
    int operations = count(header.getInt(), bytes / LEAST_OPERATION_BYTES, "operations");
    int spans = count(header.getInt(), bytes / LEAST_SPAN_BYTES, "spans");
    check(step >= 0, "step " + step);
    NumberReader numbers = new NumberReader(payload);
    List<Operation> changes = new ArrayList<>(operations);
    for (int i = 0; i < operations; i++) {
      changes.add(operation(numbers));
    }
    List<Span> rows = new ArrayList<>(spans);
    for (int i = 0; i < spans; i++) {
      rows.add(span(numbers));
    }
    check(numbers.remaining() == 0, numbers.remaining() + " bytes too many");
    return new StepPlan(step, changes, rows);
  }

  private static void write(Operation operation, NumberWriter payload) {
    switch (operation) {
      case Operation.Start(long sequence, int[] slots) -> {
        payload.put(START, sequence);
        payload.put(slots);
      }
      case Operation.Add(long sequence, int block, int slot) ->
          payload.put(ADD, sequence, block, slot);
      case Operation.Copy(long sequence, int block, int source, int target, int tokens) ->
          payload.put(COPY, sequence, block, source, target, tokens);
      case Operation.Truncate(long sequence, int tokens) -> payload.put(TRUNCATE, sequence, tokens);
      case Operation.Release(long sequence) -> payload.put(RELEASE, sequence);
    }
  }

  private static Operation operation(NumberReader in) {
    int kind = in.nextInt();
    long sequence = in.nextLong();
    return switch (kind) {
      case START -> new Operation.Start(sequence, in.nextInts());
      case ADD -> new Operation.Add(sequence, in.nextInt(), in.nextInt());
      case COPY ->
          new Operation.Copy(sequence, in.nextInt(), in.nextInt(), in.nextInt(), in.nextInt());
      case TRUNCATE -> new Operation.Truncate(sequence, in.nextInt());
      case RELEASE -> new Operation.Release(sequence);
      default -> throw new IllegalArgumentException("step plan: operation " + kind);
    };
  }

  private static Span span(NumberReader in) {
    long sequence = in.nextLong();
    int position = in.nextInt();
    int logits = in.nextInt();
    return new Span(sequence, position, in.nextInts(), logits);
  }

  private static int payloadBytes(byte[] first) {
    check(first.length == FIRST_BYTES, first.length + " bytes in the first message");
    ByteBuffer header = ByteBuffer.wrap(first);
    check(header.getInt() == MAGIC, "another kind of message");
    int bytes = header.getInt();
    check(bytes >= 0 && bytes <= LARGEST_PAYLOAD, bytes + " bytes");
    return bytes;
  }

  private static int count(int count, int most, String of) {
    check(count >= 0 && count <= most, count + " " + of);
    return count;
  }

  private static void check(boolean sound, String fault) {
    if (!sound) {
      throw new IllegalArgumentException("step plan: " + fault);
    }
  }

  /** Bytes of whole numbers, in groups of 7 bits. */
  private static final class NumberWriter {
    private byte[] bytes = new byte[1024];
    private int size;

    int size() {
      return size;
    }

    void put(long... numbers) {
      for (long number : numbers) {
        put(number);
      }
    }

    void put(int[] numbers) {
      put(numbers.length);
      for (int number : numbers) {
        put((long) number);
      }
    }

    void put(long number) {
      if (number < 0) {
        throw new IllegalArgumentException("step plan: number " + number);
      }
      if (bytes.length - size < 10) {
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
      }
      long rest = number;
      while (rest > 127) {
        bytes[size++] = (byte) (rest | 128);
        rest >>>= 7;
      }
      bytes[size++] = (byte) rest;
    }

    void copy(int from, byte[] target, int at, int count) {
      System.arraycopy(bytes, from, target, at, count);
    }
  }

  /** Reader of whole numbers from bytes of unknown origin. */
  private static final class NumberReader {
    private final byte[] bytes;
    private int next;

    NumberReader(byte[] bytes) {
      this.bytes = bytes;
    }

    int remaining() {
      return bytes.length - next;
    }

    long nextLong() {
      long number = 0;
      for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
        check(next < bytes.length, "the payload is cut");
        byte group = bytes[next++];
        number |= (long) (group & 127) << shift;
        if (group >= 0) {
          check(group > 0 || shift == 0, "a number in more bytes than it needs");
          return number;
        }
      }
      throw new IllegalArgumentException("step plan: a number above 63 bits");
    }

    int nextInt() {
      long number = nextLong();
      if (number > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("step plan: number " + number);
      }
      return (int) number;
    }

    int[] nextInts() {
      int count = nextInt();
      check(count <= remaining(), count + " numbers in " + remaining() + " bytes");
      int[] numbers = new int[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = nextInt();
      }
      return numbers;
    }
  }
}
