package kvasir.engine.remote;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.batch.NumberWriter;
import kvasir.engine.batch.RequestNumbers;
import kvasir.engine.serving.Generation;

/** Message to rank 0. */
sealed interface Command {
  /**
   * Submission of a generation.
   *
   * @param number number by which messages refer to it; never used again on a connection
   */
  record Submit(long number, Generation generation) implements Command {}

  /** End of one choice at its next token. */
  record Stop(long number, int choice) implements Command {}

  /** End of all choices of a generation. */
  record Cancel(long number) implements Command {}

  /** End of the engine when all generations have ended. */
  record Close() implements Command {}

  /** Returns the bytes of a command. */
  static NumberWriter encode(Command command) {
    NumberWriter out = new NumberWriter();
    switch (command) {
      case Submit(long number, Generation generation) -> {
        out.put(0, number);
        RequestNumbers.write(generation.request(), out);
        out.put(generation.ends().stream().mapToInt(Integer::intValue).sorted().toArray());
      }
      case Stop(long number, int choice) -> out.put(1, number, choice);
      case Cancel(long number) -> out.put(2, number);
      case Close() -> out.put(3L);
    }
    return out;
  }

  /**
   * Reads a command.
   *
   * @throws IllegalArgumentException if the bytes are not those of a command
   */
  static Command decode(NumberReader in) {
    int kind = in.nextInt();
    Command command =
        switch (kind) {
          case 0 ->
              new Submit(
                  in.nextLong(), new Generation(RequestNumbers.read(in), ids(in.nextInts())));
          case 1 -> new Stop(in.nextLong(), in.nextInt());
          case 2 -> new Cancel(in.nextLong());
          case 3 -> new Close();
          default -> throw new IllegalArgumentException("message: command " + kind);
        };
    NumberReader.check(in.remaining() == 0, in.remaining() + " bytes too many");
    return command;
  }

  private static Set<Integer> ids(int[] ids) {
    return Arrays.stream(ids).boxed().collect(Collectors.toSet());
  }
}
