package kvasir.engine.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.batch.NumberWriter;
import kvasir.engine.batch.RankState;
import kvasir.engine.batch.Request;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.engine.sampling.TokenScore;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.Generation;
import kvasir.engine.serving.GenerationListener.Failure;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;

/** Messages between the launcher's process and rank 0: whole, damaged and cut. */
class MessagesTest {
  private static final int CASES = 2_000;

  private static final BlockAttention ATTENTION =
      new BlockAttention(64, 1, new int[] {0, 1, 0}, new double[] {0.25, 1e-300, 0.75});

  private static final List<Report> REPORTS =
      List.of(
          new Report.Accepted(1),
          new Report.Began(Long.MAX_VALUE, 16),
          new Report.Described(3, token(-1e300, 1)),
          new Report.Token(4, 127, token(-0.0, 20)),
          new Report.Token(
              4, 0, new ChosenToken(5, OptionalDouble.empty(), List.of(), Optional.empty())),
          new Report.Attended(4, 126, ATTENTION),
          new Report.Finished(5, 1, true),
          new Report.Failed(6, Failure.UNSOUND, "é🙂 no numbers"),
          new Report.State(
              1L << 40,
              new EngineState(
                  true,
                  new Counts(1, 2, 3, 4, 5, 6, 7),
                  8,
                  9,
                  0,
                  List.of(
                      new RankState("node1", 2, 100, 10, 3, 1L << 40),
                      new RankState("", 1, 0, 0, 0, 0)))));

  private static final List<Command> COMMANDS =
      List.of(
          new Command.Submit(7, new Generation(request(), Set.of(0, 2))),
          new Command.Stop(8, 1),
          new Command.Cancel(9),
          new Command.Close());

  private static ChosenToken token(double logprob, int likeliest) {
    List<TokenScore> scores = new ArrayList<>();
    for (int i = 0; i < likeliest; i++) {
      scores.add(new TokenScore(i * 1000, -1.5 * i));
    }
    return new ChosenToken(2111, OptionalDouble.of(logprob), scores, Optional.empty());
  }

  private static Request request() {
    SamplingOptions sampling =
        new SamplingOptions(
            0.7, 40, 0.9, 0.05, -1, new Penalties(1.1, 0.5, -2), Map.of(0, -100.0, 2, 0.25));
    return new Request(
        new int[] {5, 6, 7, 8},
        3,
        100,
        new ChoiceOptions(sampling, 0, 3, OptionalInt.of(5)).constrained(Optional.of("{é}")),
        true,
        true);
  }

  @Test
  void messagesAreReadAsTheyWereWritten() {
    for (Report report : REPORTS) {
      byte[] bytes = Report.encode(report).bytes();
      Report read = Report.decode(new NumberReader(bytes));
      assertArrayEquals(bytes, Report.encode(read).bytes());
      if (!(report instanceof Report.Attended)) {
        assertEquals(report, read);
      }
    }
    for (Command command : COMMANDS.subList(1, COMMANDS.size())) {
      assertEquals(command, Command.decode(new NumberReader(Command.encode(command).bytes())));
    }
    Command.Submit read =
        (Command.Submit)
            Command.decode(new NumberReader(Command.encode(COMMANDS.getFirst()).bytes()));
    Request request = read.generation().request();
    assertEquals(7, read.number());
    assertEquals(Set.of(0, 2), read.generation().ends());
    assertArrayEquals(request().tokens(), request.tokens());
    assertEquals(request().choice(), request.choice());
    assertEquals(3, request.promptTokens());
    assertEquals(100, request.maxTokens());
    assertTrue(request.scored());
    assertTrue(request.watched());
  }

  @Test
  void damagedMessagesAreRefused() {
    List<byte[]> reports = REPORTS.stream().map(r -> Report.encode(r).bytes()).toList();
    List<byte[]> commands = COMMANDS.stream().map(c -> Command.encode(c).bytes()).toList();
    Fuzz.check("report", CASES, reports, bytes -> orRefused(() -> Report.decode(reader(bytes))));
    Fuzz.check("command", CASES, commands, bytes -> orRefused(() -> Command.decode(reader(bytes))));
  }

  private static NumberReader reader(byte[] bytes) {
    return new NumberReader(bytes);
  }

  private static void orRefused(Runnable read) {
    try {
      read.run();
    } catch (IllegalArgumentException e) {
      // The only exception that readers expect.
    }
  }

  @Test
  void aLineCarriesWholeMessagesAndEnds() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket far = new Socket(server.getInetAddress(), server.getLocalPort());
        MessageLine other = new MessageLine(far)) {
      try (MessageLine line = new MessageLine(server.accept())) {
        for (int i = 0; i < 1000; i++) {
          NumberWriter message = new NumberWriter();
          message.put(new int[i]);
          line.send(message);
        }
      }
      for (int i = 0; i < 1000; i++) {
        assertEquals(i, other.receive().orElseThrow().nextInts().length);
      }
      assertTrue(other.receive().isEmpty());
    }
  }

  @Test
  void otherBytesAreNoMessage() throws IOException {
    for (byte[] bytes :
        new byte[][] {"GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII), {0, 0, 0, 9, 1}, {0}}) {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Socket far = new Socket(server.getInetAddress(), server.getLocalPort());
          MessageLine line = new MessageLine(server.accept())) {
        far.getOutputStream().write(bytes);
        far.shutdownOutput();
        assertThrows(IOException.class, line::receive);
      }
    }
  }
}
