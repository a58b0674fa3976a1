package kvasir.cli.job;

import java.util.List;
import kvasir.cli.terminal.Output;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineOptions;
import kvasir.engine.EngineSettings;
import kvasir.lab.bench.Limits;
import kvasir.launch.Order;
import kvasir.launch.RankContext;
import kvasir.launch.RankJob;
import kvasir.launch.Worlds;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;

/**
 * A job on one rank, with the model that all its parts share. Owns the model.
 *
 * @param order the order that the job was read from
 * @param model the model of the job's options
 * @param output output of this process
 */
record OpenedJob(Order order, Job job, OpenedModel model, Output output) implements RankJob {
  @Override
  public void agree(Communicator world) {
    job.engine().check(world.size());
    RankAgreement.check(order, model, world);
  }

  @Override
  public int run(String text, RankContext rank) {
    EngineOptions engine = job.engine();
    Communicator world = rank.world();
    engine.check(world.size());
    boolean led = job.hasLead() && rank.launcher().isPresent();
    if (rank.root() && !led) {
      ModelNotes.print(model, output);
    }
    int threads = rank.threads(order.world());
    List<Integer> shares =
        engine.measuresShares() ? Limits.readShares(threads, world) : engine.weights();
    return job.run(
        new JobContext(
            engine.settings(threads, rank.binding(), shares),
            model,
            world,
            text,
            rank.transport(),
            rank.ranksHere(),
            rank.activity(),
            output,
            rank.input(),
            rank.launcher()));
  }

  @Override
  public boolean hasLead() {
    return job.hasLead();
  }

  @Override
  public int lead(Worlds worlds) {
    ModelNotes.print(model, output);
    EngineSettings settings =
        job.engine()
            .settings(
                1,
                Binding.NONE,
                job.engine().measuresShares() ? List.of() : job.engine().weights());
    return job.lead(new LeadContext(settings, model, worlds, output));
  }

  @Override
  public boolean readsInput() {
    return job.readsInput();
  }

  @Override
  public void close() {
    model.close();
  }
}
