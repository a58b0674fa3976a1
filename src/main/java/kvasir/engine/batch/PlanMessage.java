package kvasir.engine.batch;

import static kvasir.engine.batch.NumberReader.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import kvasir.engine.sampling.TokenMask;

/**
 * Step plan as bytes: a first message of fixed size, which both sides can name, and a second one
 * for the rest, whose size the first one tells.
 *
 * <pre>
 *   first   magic:4  payload bytes:4  step:8  operations:4  spans:4  whole rows:4  payload ... zeros
 *   more    the rest of the payload, often none
 *
 *   payload     operations, spans, whole rows; numbers as {@link NumberWriter} writes them
 *   operation   kind, sequence, then its numbers in the order of {@link Operation}
 *   span        sequence, position, logits, next id + 1, rows, ids
 * </pre>
 *
 * @param first the first {@link #FIRST_BYTES} bytes
 * @param more the other bytes
 */
public record PlanMessage(byte[] first, byte[] more) {
  /** Size of the first message in bytes. */
  public static final int FIRST_BYTES = 4096;

  /** Size of the header in bytes. */
  static final int HEADER_BYTES = 28;

  private static final int MAGIC = 0x4b56504c;

  /** Room for the biases of a whole vocabulary in each of hundreds of sequences. */
  private static final int LARGEST_PAYLOAD = 1 << 30;

  private static final int LEAST_OPERATION_BYTES = 2;
  private static final int LEAST_SPAN_BYTES = 6;
  private static final byte START = 1;
  private static final byte ADD = 2;
  private static final byte COPY = 3;
  private static final byte TRUNCATE = 4;
  private static final byte RELEASE = 5;
  private static final byte CHOOSE = 6;
  private static final byte LOAD = 7;
  private static final byte SAVE = 8;
  private static final byte MASK = 9;
  private static final byte WATCH = 10;

  /**
   * Returns the messages of a plan.
   *
   * @throws IllegalArgumentException if a number is negative or the plan takes more than 1 GiB
   */
  public static PlanMessage encode(StepPlan plan) {
    NumberWriter payload = new NumberWriter();
    plan.operations().forEach(operation -> write(operation, payload));
    for (Span span : plan.spans()) {
      payload.put(span.sequence());
      payload.put(span.position());
      payload.put(span.logits());
      payload.put(span.next() + 1L);
      payload.put(span.tokens());
    }
    plan.wholeRows().forEach(payload::put);
    int bytes = payload.size();
    check(bytes <= LARGEST_PAYLOAD, bytes + " bytes");
    byte[] first = new byte[FIRST_BYTES];
    ByteBuffer.wrap(first)
        .putInt(MAGIC)
        .putInt(bytes)
        .putLong(plan.step())
        .putInt(plan.operations().size())
        .putInt(plan.spans().size())
        .putInt(plan.wholeRows().size());
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
    int wholeRows = count(header.getInt(), bytes, "whole rows");
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
    List<Integer> whole = new ArrayList<>(wholeRows);
    for (int i = 0; i < wholeRows; i++) {
      whole.add(numbers.nextInt());
    }
    check(numbers.remaining() == 0, numbers.remaining() + " bytes too many");
    return new StepPlan(step, changes, rows, whole);
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
      case Operation.Watch(long sequence) -> payload.put(WATCH, sequence);
      case Operation.Release(long sequence) -> payload.put(RELEASE, sequence);
      case Operation.Load(long sequence, int block, int[] ids) -> {
        payload.put(LOAD, sequence, block);
        payload.put(ids);
      }
      case Operation.Save(long sequence, int[] slots, int[] ids) -> {
        payload.put(SAVE, sequence);
        payload.put(slots);
        payload.put(ids);
      }
      case Operation.Mask(long sequence, TokenMask tokens) -> {
        payload.put(MASK, sequence);
        MaskNumbers.write(tokens, payload);
      }
      case Operation.Choose choose -> {
        payload.put(CHOOSE, choose.sequence());
        ChoiceNumbers.write(choose, payload);
      }
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
      case WATCH -> new Operation.Watch(sequence);
      case RELEASE -> new Operation.Release(sequence);
      case MASK -> new Operation.Mask(sequence, MaskNumbers.read(in));
      case CHOOSE -> ChoiceNumbers.read(sequence, in);
      case LOAD -> new Operation.Load(sequence, in.nextInt(), in.nextInts());
      case SAVE -> new Operation.Save(sequence, in.nextInts(), in.nextInts());
      default -> throw new IllegalArgumentException("step plan: operation " + kind);
    };
  }

  private static Span span(NumberReader in) {
    long sequence = in.nextLong();
    int position = in.nextInt();
    int logits = in.nextInt();
    int next = in.nextInt() - 1;
    return new Span(sequence, position, in.nextInts(), logits, next);
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
}
