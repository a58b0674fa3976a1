package kvasir.engine.session;

import java.util.Optional;
import kvasir.engine.sampling.SamplingState;

/**
 * The state that a run starts from or resumes, and the log of its new tokens. Owns the log.
 *
 * @param start state at the start of the run
 * @param choice rules by which tokens are chosen; equal on every rank
 * @param limit the largest number of new tokens, including those of earlier runs
 * @param log log of the session, on rank 0 of a run with a session; empty otherwise
 */
public record SessionRun(Resumption start, TokenChoice choice, int limit, Optional<SessionLog> log)
    implements AutoCloseable {
  /** Returns true if earlier runs have generated all tokens that are asked for. */
  public boolean nothingLeft() {
    return start.ended() || (start.done().length > 0 && start.done().length == limit);
  }

  /** Returns a new state of sampling, as it is after the tokens of earlier runs. */
  public SamplingState sampling() {
    return new SamplingState(choice.sampling(), 0, start.prompt(), start.done());
  }

  /** Writes a token to the log. It is called before the token is shown. */
  public void keep(int token) {
    log.ifPresent(session -> session.append(token));
  }

  @Override
  public void close() {
    log.ifPresent(SessionLog::close);
  }
}
