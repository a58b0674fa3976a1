package kvasir.model;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import kvasir.file.gguf.GgufPath;
import kvasir.weights.Checkpoint;
import kvasir.weights.GgufCheckpoint;
import kvasir.weights.ModelHash;

/**
 * Configuration, checkpoint and hash of one model, a directory or a GGUF file, for one rank. Each
 * is read when it is first asked for, and once only, so that everything that a rank does sees the
 * same model. The object owns the mapping of the weights until {@link #close}. Used by one thread
 * at a time.
 */
public final class OpenedModel implements AutoCloseable {
  private final Path directory;
  private final Function<Path, ModelConfig> readConfig;
  private final Function<Path, Checkpoint> openCheckpoint;
  private final Function<Checkpoint, String> identify;
  private ModelConfig config;
  private Checkpoint checkpoint;
  private String hash;

  /** Creates the owner of a model directory, of which nothing has been read. */
  public OpenedModel(Path directory) {
    this(directory, new ModelHash(Optional.empty())::of);
  }

  /**
   * Creates the owner of a model directory, of which nothing has been read.
   *
   * @param identify returns the model's {@link ModelHash}
   */
  public OpenedModel(Path directory, Function<Checkpoint, String> identify) {
    this(directory, ConfigReader::read, Checkpoint::open, identify);
  }

  /**
   * Creates the owner of a model directory with readers of its own.
   *
   * @param readConfig reads the configuration
   * @param openCheckpoint maps the weights; this object closes them
   * @param identify returns the model's {@link ModelHash}
   */
  public OpenedModel(
      Path directory,
      Function<Path, ModelConfig> readConfig,
      Function<Path, Checkpoint> openCheckpoint,
      Function<Checkpoint, String> identify) {
    this.directory = directory;
    this.readConfig = readConfig;
    this.openCheckpoint = openCheckpoint;
    this.identify = identify;
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
      // The metadata of a GGUF file are read with its weights.
      boolean gguf = GgufPath.find(directory).isPresent();
      config =
          gguf && checkpoint() instanceof GgufCheckpoint weights
              ? GgufConfigReader.read(weights)
              : readConfig.apply(directory);
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

  /**
   * Returns the model's {@link ModelHash} in hexadecimal digits.
   *
   * @throws kvasir.error.UserError if a file cannot be read
   */
  public String hash() {
    if (hash == null) {
      hash = identify.apply(checkpoint());
    }
    return hash;
  }

  @Override
  public void close() {
    if (checkpoint != null) {
      checkpoint.close();
      checkpoint = null;
    }
  }
}
