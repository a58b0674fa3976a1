package kvasir.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that runs on every rank of a world. */
abstract class RankCommand implements Callable<Integer>, RankBody, OnRanks {
  @Mixin LayoutOptions common;

  @ParentCommand KvasirCommand kvasir;

  @Override
  public final Integer call() {
    kvasir.start().join();
    common.check();
    check();
    return kvasir.start().run(common, this);
  }

  /** Checks this command's own options, before any rank is started. */
  abstract void check();
}
