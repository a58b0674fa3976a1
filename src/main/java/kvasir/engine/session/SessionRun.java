package kvasir.engine.session;

import java.util.Optional;
import kvasir.engine.sampling.Sampler;

/**
 * The state that a run starts from or resumes, and the log of its new tokens. Owns the log.
 *
 * @param start state at the start of the run
 * @param choice rules by which tokens are chosen, used on rank 0 only
 * @param limit the largest number of new tokens, including those of earlier runs
 * @param log log of the session, on rank 0 of a run with a session; empty otherwise
 */
public record SessionRun(Resumption start, TokenChoice choice, int limit, Optional<SessionLog> log)
    implements AutoCloseable {
  /** Returns true if earlier runs have generated all tokens that are asked for. */
  public boolean nothingLeft() {
    return start.ended() || (start.done().length > 0 && start.done().length == limit);
  }

  /** Returns a sampler with the random state in which the last of the earlier runs ended. */
  public Sampler sampler() {
    Sampler sampler = new Sampler(choice.sampling());
    log.ifPresent(session -> sampler.skip(session.draws(start.done().length)));
    return sampler;
  }

  /** Writes a token to the log. It is called before the token is shown. */
  public void keep(int token, Sampler sampler) {
    log.ifPresent(session -> session.append(token, sampler.draws()));
  }

  @Override
  public void close() {
    log.ifPresent(SessionLog::close);
  }
}
