package kvasir.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import kvasir.cli.job.Job;
import kvasir.cli.job.JobTable;
import kvasir.cli.option.LayoutOptions;
import kvasir.launch.Order;
import kvasir.launch.ThisProcess;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that runs on every rank of a world. */
abstract class RankCommand implements Callable<Integer>, OnRanks {
  @Mixin LayoutOptions common;

  @ParentCommand KvasirCommand kvasir;

  @Override
  public final Integer call() {
    ThisProcess process = kvasir.process();
    process.join();
    common.check();
    check();
    return run(process, JobTable.order(job(), common.world(!process.isRank(), rebuilds())));
  }

  /**
   * Does the work.
   *
   * @return exit code of the command
   */
  int run(ThisProcess process, Order order) {
    return process.run(order, text());
  }

  /**
   * Checks the options that only this command has, before any rank is started.
   *
   * @throws kvasir.error.UserError if an option is wrong
   */
  abstract void check();

  /** Returns the work of this command, with its options. */
  abstract Job job();

  /**
   * Returns a reader of the text that the work needs; empty if it needs none. It is called once, in
   * one process.
   */
  Optional<Supplier<String>> text() {
    return Optional.empty();
  }

  /** Returns whether a new world is started when a rank is lost. */
  boolean rebuilds() {
    return false;
  }
}
