package kvasir.cli.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import kvasir.cluster.FromRoot;
import kvasir.engine.TokenIds;
import kvasir.engine.session.Resumption;
import kvasir.engine.session.SessionHeader;
import kvasir.engine.session.SessionLog;
import kvasir.engine.session.SessionRun;
import kvasir.engine.session.TokenChoice;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;
import kvasir.text.Transcript;

/**
 * Begin of a generation, or of its continuation from a session. Only rank 0 reads the session's
 * file.
 */
record SessionOpening(
    GenerateJob job, JobContext context, ModelConfig config, OptionalTokenizer tokenizer) {

  /**
   * Opens the run. Every rank must call it, since rank 0 sends the tokens to the others.
   *
   * @return the run, which the caller closes
   */
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
        job.session() == null ? job.choice() : begunWith(log[0]),
        limit(resumption.prompt()),
        Optional.ofNullable(log[0]));
  }

  /**
   * Returns the rules by which the session was begun, which every rank needs for its slice of the
   * logits. Only rank 0 has the log.
   */
  private TokenChoice begunWith(SessionLog log) {
    byte[] json = FromRoot.shareBytes(context.world(), () -> Json.bytes(log.header().choice()));
    try {
      return Json.read(new String(json, StandardCharsets.UTF_8), TokenChoice.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("rank 0 has sent no rules", e);
    }
  }

  private Resumption fromFile(SessionLog[] log, Optional<int[]> asked) {
    String model = context.model().hash();
    log[0] =
        SessionLog.open(
            Path.of(job.session()), () -> header(model, asked.orElseThrow(this::noPrompt)));
    return takeUp(log[0], model, asked);
  }

  /**
   * Continues a session from its file. If the file does not fit the options, it is closed, so that
   * another process can use it.
   */
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

  /**
   * Returns the file's tokens up to the end of the text. If the limit of new tokens is smaller than
   * before, later tokens are left out.
   */
  private Resumption upToItsEnd(SessionLog log) {
    int[] ids = TokenIds.check(where(), log.header().prompt(), config);
    int[] done = Arrays.copyOf(log.tokens(), Math.min(log.tokens().length, limit(ids)));
    TokenIds.requireKnown(where(), done, config);
    TokenChoice begun = log.header().choice();
    Transcript text = new Transcript(tokenizer.get(), ids, begun.stops(), piece -> {});
    for (int i = 0; i < done.length; i++) {
      boolean endToken = !begun.ignoreEos() && config.eosTokens().contains(done[i]);
      if (text.add(done[i]) || endToken) {
        return new Resumption(ids, Arrays.copyOf(done, i + 1), true);
      }
    }
    return new Resumption(ids, done, false);
  }

  // The last token needs no position, since nothing is computed from it: hence the 1.
  private int limit(int[] ids) {
    return Math.min(job.maxNewTokens(), config.maxPositions() - ids.length + 1);
  }

  private Optional<int[]> asked() {
    return Optional.ofNullable(job.prompt())
        .map(prompt -> prompt.tokens(context.text(), tokenizer, config, context.notice()));
  }

  private SessionHeader header(String model, int[] ids) {
    return new SessionHeader(
        ProgramVersion.TEXT,
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
