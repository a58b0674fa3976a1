package kvasir.model;

import java.nio.file.Path;
import java.util.function.Function;
import kvasir.weights.Checkpoint;

/**
 * Configuration and checkpoint of one model directory for one rank. Each is read when it is first
 * asked for, and once only, so that everything that a rank does sees the same model. The object
 * owns the mapping of the weights until {@link #close}. Used by one thread at a time.
 */
public final class OpenedModel implements AutoCloseable {
  private final Path directory;
  private final Function<Path, ModelConfig> readConfig;
  private final Function<Path, Checkpoint> openCheckpoint;
  private ModelConfig config;
  private Checkpoint checkpoint;

  /** Creates the owner of a model directory, of which nothing has been read. */
  public OpenedModel(Path directory) {
    this(directory, ConfigReader::read, Checkpoint::open);
  }

  /**
   * Creates the owner of a model directory with readers of its own.
   *
   * @param readConfig reads the configuration
   * @param openCheckpoint maps the weights; this object closes them
   */
  public OpenedModel(
      Path directory,
      Function<Path, ModelConfig> readConfig,
      Function<Path, Checkpoint> openCheckpoint) {
    this.directory = directory;
    this.readConfig = readConfig;
    this.openCheckpoint = openCheckpoint;
  }

  /** Returns the model's directory. */
  public Path directory() {
    return directory;
  }

  /**
   * Returns the model's configuration.
   *
   * @throws kvasir.error.UserError if it cannot be read, is not supported or contradicts itself
   */
  public ModelConfig config() {
    if (config == null) {
      config = readConfig.apply(directory);
    }
    return config;
  }

  /**
   * Returns the mapped weights with their headers; they are closed with this object.
   *
   * @throws kvasir.error.UserError if there are no weights, or a file cannot be read or is damaged
   */
  public Checkpoint checkpoint() {
    if (checkpoint == null) {
      checkpoint = openCheckpoint.apply(directory);
    }
    return checkpoint;
  }

  @Override
  public void close() {
    if (checkpoint != null) {
      checkpoint.close();
      checkpoint = null;
    }
  }
}
