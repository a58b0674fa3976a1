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
}
