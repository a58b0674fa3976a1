package kvasir.engine.session;

import java.util.Optional;
import kvasir.engine.Sampler;

/**
 * What a run takes up, and where its new tokens go. Owns the log.
 *
 * @param choice on rank 0 the session's; the others choose nothing
 * @param limit most new tokens, those of earlier runs included
 * @param log on rank 0 of a run with a session
 */
public record SessionRun(Resumption start, TokenChoice choice, int limit, Optional<SessionLog> log)
    implements AutoCloseable {
  /** Whether earlier runs have done all that is asked for. */
  public boolean nothingLeft() {
    return start.ended() || (start.done().length > 0 && start.done().length == limit);
  }

  /** A sampler that stands where the last of the earlier runs left it. */
  public Sampler sampler() {
    Sampler sampler = new Sampler(choice.sampling());
    log.ifPresent(session -> sampler.skip(session.draws(start.done().length)));
    return sampler;
  }

  /** Keeps a token before anybody sees it. */
  public void keep(int token, Sampler sampler) {
    log.ifPresent(session -> session.append(token, sampler.draws()));
  }

  @Override
  public void close() {
    log.ifPresent(SessionLog::close);
  }
}
