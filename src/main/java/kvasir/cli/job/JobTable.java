package kvasir.cli.job;

import java.util.List;
import java.util.Map;
import kvasir.cli.terminal.Output;
import kvasir.cluster.Communicator;
import kvasir.engine.EngineOptions;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.lab.bench.Limits;
import kvasir.launch.Jobs;
import kvasir.launch.Order;
import kvasir.launch.RankContext;
import kvasir.launch.WorldSettings;

/** All jobs, by the names of their commands. */
public final class JobTable implements Jobs {
  private static final Map<String, Class<? extends Job>> TYPES =
      Map.of(
          "generate", GenerateJob.class,
          "score", ScoreJob.class,
          "batch", BatchJob.class,
          "verify", VerifyJob.class,
          "ask", AskJob.class,
          "evaluate", EvaluateJob.class,
          "bench", BenchJob.class);

  private final Output output;

  public JobTable(Output output) {
    this.output = output;
  }

  /**
   * Returns the order that tells ranks to do a job.
   *
   * @param world settings of the world of ranks
   */
  public static Order order(Job job, WorldSettings world) {
    String name =
        TYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == job.getClass())
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    return Order.of(name, world, job);
  }

  private static Job job(Order order) {
    Class<? extends Job> type = TYPES.get(order.job());
    if (type == null) {
      throw new UserError(
          "rank", "does not know the job " + order.job(), "install the same version on every host");
    }
    return order.settings(type);
  }

  @Override
  public int vectorBits() {
    return VectorKernels.bits();
  }

  @Override
  public void agree(Order order, Communicator world) {
    EngineOptions engine = job(order).engine();
    engine.check(world.size());
    RankAgreement.check(order, engine.directory(), world);
  }

  @Override
  public int run(Order order, RankContext rank) {
    Job job = job(order);
    EngineOptions engine = job.engine();
    Communicator world = rank.world();
    engine.check(world.size());
    if (rank.root()) {
      ModelNotes.print(engine.directory(), output);
    }
    int threads = rank.threads(order.world());
    List<Integer> shares =
        engine.measuresShares() ? Limits.readShares(threads, world) : engine.weights();
    return job.run(
        new JobContext(
            engine.settings(threads, rank.binding(), shares),
            world,
            order.text(),
            rank.transport(),
            rank.ranksHere(),
            rank.activity(),
            output));
  }
}
