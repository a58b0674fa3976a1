package kvasir.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import kvasir.cluster.Communicator;
import kvasir.cluster.FromRoot;
import kvasir.engine.EngineSettings;
import kvasir.engine.session.Resumption;
import kvasir.engine.session.SessionHeader;
import kvasir.engine.session.SessionLog;
import kvasir.engine.session.TokenChoice;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;
import kvasir.text.Tokenizer;

/**
 * Begins a generation or takes one up. Of a session rank 0 alone reads the file.
 *
 * @param start this process, which reads the prompt where that is in a file
 * @param file the session's; null where none is kept
 * @param prompt as asked; null where the session's is to be gone on with
 * @param given whether the user has given an option
 * @param notice hears on rank 0 what is likely a mistake and yet is done
 */
record SessionOpening(
    WorldStart start,
    Path file,
    PromptOptions prompt,
    TokenChoice choice,
    Predicate<String> given,
    int maxNewTokens,
    EngineSettings settings,
    ModelConfig config,
    Optional<Tokenizer> tokenizer,
    Consumer<String> notice) {

  SessionRun open(Communicator world) {
    if (file == null) {
      int[] ids = asked(source -> start.read(source, world)).orElseThrow();
      RankAgreement.requirePrompt(ids, world);
      Resumption start = new Resumption(ids, new int[0], false);
      return new SessionRun(start, choice, limit(start.prompt()), Optional.empty());
    }
    SessionLog[] log = new SessionLog[1];
    long[] known =
        FromRoot.share(
            world,
            () -> {
              Optional<int[]> asked = asked(start::read);
              String model = ModelIdentity.of(settings.model());
              log[0] =
                  SessionLog.open(file, () -> header(model, asked.orElseThrow(this::noPrompt)));
              return takeUp(log[0], model, asked).encode();
            });
    Resumption resumption = Resumption.decode(known);
    return new SessionRun(
        resumption,
        log[0] == null ? choice : log[0].header().choice(),
        limit(resumption.prompt()),
        Optional.ofNullable(log[0]));
  }

  /** Refuses what is not this session, and leaves it to whoever comes next. */
  private Resumption takeUp(SessionLog log, String model, Optional<int[]> asked) {
    try {
      int[] ids = asked.orElse(log.header().prompt());
      log.header().requireSame(where(), header(model, ids), given);
      return upToItsEnd(log);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** The log's tokens up to an end, of which a smaller limit than before may leave out some. */
  private Resumption upToItsEnd(SessionLog log) {
    int[] ids = TokenOptions.check(where(), log.header().prompt(), config);
    int[] done = Arrays.copyOf(log.tokens(), Math.min(log.tokens().length, limit(ids)));
    TokenOptions.requireKnown(where(), done, config);
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
    return Math.min(maxNewTokens, config.maxPositions() - ids.length + 1);
  }

  private Optional<int[]> asked(Function<UserText, String> reader) {
    return Optional.ofNullable(prompt)
        .map(p -> p.ids(reader, tokenizer, config, settings.model(), notice));
  }

  private SessionHeader header(String model, int[] ids) {
    return new SessionHeader(
        KvasirCommand.VERSION,
        model,
        ids,
        choice,
        settings.kvType(),
        settings.attention(),
        settings.blockTokensFor(config.maxPositions()),
        settings.shards());
  }

  private UserError noPrompt() {
    return new UserError(
        where(), "no such file, and no prompt to begin it with", "give --prompt or another file");
  }

  private String where() {
    return "--session " + file;
  }
}
