package kvasir.engine.remote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import kvasir.engine.batch.BlockAttention;
import kvasir.engine.batch.Counts;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.batch.NumberWriter;
import kvasir.engine.batch.RankState;
import kvasir.engine.sampling.ChosenToken;
import kvasir.engine.sampling.TokenScore;
import kvasir.engine.serving.EngineState;
import kvasir.engine.serving.GenerationListener.Failure;

/** Message of rank 0: an event of a generation, by its number, or of the engine. */
sealed interface Report {
  /** Call of {@code GenerationListener.accepted}. */
  record Accepted(long number) implements Report {}

  /** Call of {@code GenerationListener.began}. */
  record Began(long number, int cachedTokens) implements Report {}

  /** Call of {@code GenerationListener.described}. */
  record Described(long number, ChosenToken token) implements Report {}

  /** Call of {@code GenerationListener.token}. */
  record Token(long number, int choice, ChosenToken token) implements Report {}

  /** Call of {@code GenerationListener.attended}. */
  record Attended(long number, int choice, BlockAttention attention) implements Report {}

  /** Call of {@code GenerationListener.finished}. */
  record Finished(long number, int choice, boolean byEnd) implements Report {}

  /** Call of {@code GenerationListener.failed}. */
  record Failed(long number, Failure failure, String cause) implements Report {}

  /**
   * State of the engine.
   *
   * @param kvBytes bytes of rank 0's memory for keys and values
   */
  record State(long kvBytes, EngineState state) implements Report {}

  /** Bytes that a score takes at least. */
  int LEAST_SCORE_BYTES = 3;

  /** Bytes that a rank's state takes at least. */
  int LEAST_RANK_BYTES = 6;

  /** Returns the bytes of a report. Whole logits of tokens are left out. */
  static NumberWriter encode(Report report) {
    NumberWriter out = new NumberWriter();
    switch (report) {
      case Accepted(long number) -> out.put(0, number);
      case Began(long number, int cachedTokens) -> out.put(1, number, cachedTokens);
      case Described(long number, ChosenToken token) -> {
        out.put(2, number);
        write(token, out);
      }
      case Token(long number, int choice, ChosenToken token) -> {
        out.put(3, number, choice);
        write(token, out);
      }
      case Finished(long number, int choice, boolean byEnd) ->
          out.put(4, number, choice, byEnd ? 1 : 0);
      case Failed(long number, Failure failure, String cause) -> {
        out.put(5, number);
        out.putText(failure.name());
        out.putText(cause);
      }
      case Attended(long number, int choice, BlockAttention attention) -> {
        out.put(7, number, choice);
        out.put(attention.blockTokens(), attention.tokens());
        out.put(attention.ranks());
        Arrays.stream(attention.sums()).forEach(out::putDouble);
      }
      case State(long kvBytes, EngineState state) -> {
        out.put(6, kvBytes);
        write(state, out);
      }
    }
    return out;
  }

  private static void write(ChosenToken token, NumberWriter out) {
    out.put((long) token.id());
    out.put(token.logprob().isPresent() ? 1L : 0);
    token.logprob().ifPresent(out::putDouble);
    out.put((long) token.likeliest().size());
    for (TokenScore score : token.likeliest()) {
      out.put((long) score.id());
      out.putDouble(score.logprob());
    }
  }

  private static void write(EngineState state, NumberWriter out) {
    Counts counts = state.counts();
    out.put(state.ready() ? 1 : 0, state.live(), state.quietNanos());
    out.put(counts.running(), counts.waiting(), counts.promptRows(), counts.outputTokens());
    out.put(counts.recomputedRows(), counts.hitTokens(), counts.preemptions());
    out.put((long) state.ranks().size());
    for (RankState rank : state.ranks()) {
      out.putText(rank.host());
      out.put(rank.threads(), rank.blocks(), rank.held(), rank.cached());
      out.put(rank.exchangeNanos());
    }
  }

  /**
   * Reads a report.
   *
   * @throws IllegalArgumentException if the bytes are not those of a report
   */
  static Report decode(NumberReader in) {
    int kind = in.nextInt();
    Report report =
        switch (kind) {
          case 0 -> new Accepted(in.nextLong());
          case 1 -> new Began(in.nextLong(), in.nextInt());
          case 2 -> new Described(in.nextLong(), token(in));
          case 3 -> new Token(in.nextLong(), in.nextInt(), token(in));
          case 4 -> new Finished(in.nextLong(), in.nextInt(), flag(in));
          case 5 -> new Failed(in.nextLong(), Failure.valueOf(in.nextText()), in.nextText());
          case 6 -> new State(in.nextLong(), state(in));
          case 7 -> new Attended(in.nextLong(), in.nextInt(), attention(in));
          default -> throw new IllegalArgumentException("message: report " + kind);
        };
    NumberReader.check(in.remaining() == 0, in.remaining() + " bytes too many");
    return report;
  }

  private static boolean flag(NumberReader in) {
    int flag = in.nextInt();
    NumberReader.check(flag <= 1, "flag " + flag);
    return flag == 1;
  }

  private static ChosenToken token(NumberReader in) {
    int id = in.nextInt();
    OptionalDouble logprob = flag(in) ? OptionalDouble.of(in.nextDouble()) : OptionalDouble.empty();
    int count = in.nextInt();
    NumberReader.check(count <= in.remaining() / LEAST_SCORE_BYTES, count + " scores");
    List<TokenScore> likeliest = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      likeliest.add(new TokenScore(in.nextInt(), in.nextDouble()));
    }
    return new ChosenToken(id, logprob, List.copyOf(likeliest), Optional.empty());
  }

  private static BlockAttention attention(NumberReader in) {
    int blockTokens = in.nextInt();
    int tokens = in.nextInt();
    NumberReader.check(
        blockTokens > 0 && tokens > 0, tokens + " tokens in blocks of " + blockTokens);
    int[] ranks = in.nextInts();
    double[] sums = new double[ranks.length];
    Arrays.setAll(sums, block -> in.nextDouble());
    return new BlockAttention(blockTokens, tokens, ranks, sums);
  }

  private static EngineState state(NumberReader in) {
    boolean ready = flag(in);
    int live = in.nextInt();
    long quietNanos = in.nextLong();
    Counts counts =
        new Counts(
            in.nextInt(),
            in.nextInt(),
            in.nextLong(),
            in.nextLong(),
            in.nextLong(),
            in.nextLong(),
            in.nextLong());
    int count = in.nextInt();
    NumberReader.check(count <= in.remaining() / LEAST_RANK_BYTES, count + " ranks");
    List<RankState> ranks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ranks.add(
          new RankState(
              in.nextText(),
              in.nextInt(),
              in.nextInt(),
              in.nextInt(),
              in.nextInt(),
              in.nextLong()));
    }
    return new EngineState(ready, counts, live, quietNanos, 0, ranks);
  }
}
