package kvasir.cli.job;

import kvasir.engine.EngineOptions;

/**
 * Work that all ranks of a world do together: the options of a command as a record, which travels
 * to each rank as JSON.
 */
public interface Job {
  /** Returns the options of the engine that the job runs on. */
  EngineOptions engine();

  /**
   * Does the work on one rank, together with all others.
   *
   * @return the exit code of the command
   */
  int run(JobContext context);
}
