package kvasir.cli.job;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import kvasir.cli.terminal.Output;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.launch.Jobs;
import kvasir.launch.Order;
import kvasir.launch.RankJob;
import kvasir.launch.WorldSettings;
import kvasir.model.OpenedModel;

/** All jobs, by the names of their commands. */
public final class JobTable implements Jobs {
  private static final Map<String, Class<? extends Job>> TYPES =
      Map.of(
          "generate", GenerateJob.class,
          "score", ScoreJob.class,
          "batch", BatchJob.class,
          "serve", ServeJob.class,
          "verify", VerifyJob.class,
          "ask", AskJob.class,
          "evaluate", EvaluateJob.class,
          "bench", BenchJob.class);

  private final Output output;
  private final Function<Path, OpenedModel> models;

  /** Creates the table of a process. */
  public JobTable(Output output) {
    this(output, directory -> new OpenedModel(directory, ModelIdentity::of));
  }

  /**
   * Creates a table with an owner of models' files of its own.
   *
   * @param models returns the model of a directory, of which nothing has been read; it is closed
   *     with the job
   */
  public JobTable(Output output, Function<Path, OpenedModel> models) {
    this.output = output;
    this.models = models;
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
  public RankJob open(Order order) {
    Job job = job(order);
    return new OpenedJob(order, job, models.apply(job.engine().directory()), output);
  }
}
