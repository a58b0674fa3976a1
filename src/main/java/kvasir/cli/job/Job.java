package kvasir.cli.job;

import kvasir.engine.EngineOptions;

/**
 * Work that all ranks of a world do together. It is a record of a command's options, which is sent
 * to each rank as JSON.
 */
public interface Job {
  /** Returns the options of the engine that the job runs on. */
  EngineOptions engine();

  /**
   * Does the work on one rank, together with all other ranks.
   *
   * @param context settings, text and output of this rank
   * @return exit code of the command
   */
  int run(JobContext context);

  /** Returns whether the job reads standard input. */
  default boolean readsInput() {
    return false;
  }

  /** Returns whether the process that starts ranks does a part of the work. */
  default boolean hasLead() {
    return false;
  }

  /**
   * Does the part of the process that starts ranks, and has them started.
   *
   * @param context model, ranks and output
   * @return exit code of the command
   */
  default int lead(LeadContext context) {
    throw new UnsupportedOperationException("the ranks do all of the work");
  }
}
