package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import kvasir.cli.KvasirCommand;
import kvasir.cluster.FromRoot;
import kvasir.engine.TokenIds;
import kvasir.engine.session.Resumption;
import kvasir.engine.session.SessionHeader;
import kvasir.engine.session.SessionLog;
import kvasir.engine.session.SessionRun;
import kvasir.engine.session.TokenChoice;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;
import kvasir.text.Tokenizer;
import kvasir.text.Transcript;

/** The begin of a generation, or its continuation. Rank 0 alone reads the session's file. */
record SessionOpening(
    GenerateJob job, JobContext context, ModelConfig config, Optional<Tokenizer> tokenizer) {

  /** Returns the run; every rank calls it, and rank 0 tells the others the tokens. */
  SessionRun open() {
    SessionLog[] log = new SessionLog[1];
    long[] known =
        FromRoot.share(
            context.world(),
            () -> {
              Optional<int[]> asked = asked();
              return job.session() == null
                  ? new Resumption(asked.orElseThrow(), new int[0], false).encode()
                  : fromFile(log, asked).encode();
            });
    Resumption resumption = Resumption.decode(known);
    return new SessionRun(
        resumption,
        log[0] == null ? job.choice() : log[0].header().choice(),
        limit(resumption.prompt()),
        Optional.ofNullable(log[0]));
  }

  private Resumption fromFile(SessionLog[] log, Optional<int[]> asked) {
    String model = ModelIdentity.of(job.engine().directory());
    log[0] =
        SessionLog.open(
            Path.of(job.session()), () -> header(model, asked.orElseThrow(this::noPrompt)));
    return takeUp(log[0], model, asked);
  }

  /** Refuses what is not this session, and leaves it to whoever comes next. */
  private Resumption takeUp(SessionLog log, String model, Optional<int[]> asked) {
    try {
      int[] ids = asked.orElse(log.header().prompt());
      log.header().requireSame(where(), header(model, ids), job.given()::contains);
      return upToItsEnd(log);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** The log's tokens up to an end, of which a smaller limit than before may leave out some. */
  private Resumption upToItsEnd(SessionLog log) {
    int[] ids = TokenIds.check(where(), log.header().prompt(), config);
    int[] done = Arrays.copyOf(log.tokens(), Math.min(log.tokens().length, limit(ids)));
    TokenIds.requireKnown(where(), done, config);
    TokenChoice begun = log.header().choice();
    Transcript text = new Transcript(tokenizer, ids, begun.stops(), piece -> {});
    for (int i = 0; i < done.length; i++) {
      boolean endToken = !begun.ignoreEos() && config.eosTokens().contains(done[i]);
      if (text.add(done[i]) || endToken) {
        return new Resumption(ids, Arrays.copyOf(done, i + 1), true);
      }
    }
    return new Resumption(ids, done, false);
  }

  // A token needs no position of its own until another follows it: the last one is free.
  private int limit(int[] ids) {
    return Math.min(job.maxNewTokens(), config.maxPositions() - ids.length + 1);
  }

  private Optional<int[]> asked() {
    return Optional.ofNullable(job.prompt())
        .map(
            prompt ->
                prompt.tokens(
                    context.text(), tokenizer, config, job.engine().directory(), context.notice()));
  }

  private SessionHeader header(String model, int[] ids) {
    return new SessionHeader(
        KvasirCommand.VERSION,
        model,
        ids,
        job.choice(),
        context.settings().kvType(),
        context.settings().attention(),
        context.settings().blockTokensFor(config.maxPositions()),
        context.settings().shards());
  }

  private UserError noPrompt() {
    return new UserError(
        where(), "no such file, and no prompt to begin it with", "give --prompt or another file");
  }

  private String where() {
    return "--session " + job.session();
  }
}
