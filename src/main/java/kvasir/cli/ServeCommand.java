package kvasir.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.cli.job.Job;
import kvasir.cli.job.ServeJob;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.Quantity;
import kvasir.error.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Serve a model over HTTP with the API of OpenAI: completions, models, tokenize, health,"
            + " metrics.")
final class ServeCommand extends RankCommand {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1|0:0:0:0:0:0:0:1");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen at (default: 127.0.0.1; others need --api-key-file).")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen at; 0 takes a free one (default: 8080).")
  int port = 8080;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "File of one word, the key that clients must send.")
  Path apiKeyFile;

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "Origin of web pages that may use a server without a key, such as https://chat.example,"
              + " whose host may then be the server's name for clients; can be repeated.")
  List<String> allowOrigins = List.of();

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      description = "Name of the model for clients (default: the name of its folder or file).")
  String modelName;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      description = "Largest number of sequences that are computed together (default: 32).")
  int maxSequences = 32;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description =
          "Largest number of sequences that wait for their turn; further requests are answered"
              + " with 429 (default: 224).")
  int queue = 224;

  @Option(
      names = "--kv-memory",
      paramLabel = "SIZE",
      converter = Quantity.Bytes.class,
      description =
          "Memory of each rank for keys and values, such as 512M or 8G (default: a quarter of its"
              + " share of the machine's memory).")
  long kvMemory;

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      converter = Quantity.Latency.class,
      description =
          "Time of a step that prompts may fill beside the sequences that generate: long steps"
              + " read prompts faster, short ones hold up the others less (default: 150ms).")
  Duration stepTime = Duration.ofMillis(150);

  @Option(
      names = "--no-prefix-cache",
      description = "Compute the common beginnings of prompts again for each of them.")
  boolean noPrefixCache;

  @Option(
      names = "--log-requests",
      description = "Print a line for each request, without its content.")
  boolean logRequests;

  @Override
  void check() {
    CommonOptions.range("--port", port, 0, 65_535);
    CommonOptions.range("--max-sequences", maxSequences, 1, 4096);
    CommonOptions.range("--queue", queue, 0, 65_536);
    if (apiKeyFile == null && !LOOPBACK.matcher(host).matches()) {
      throw new UserError(
          "--host " + host,
          "other hosts could use the server without a key",
          "give --api-key-file");
    }
    for (String origin : allowOrigins) {
      // Extensions of browsers and editors have schemes of their own.
      if (!origin.matches("[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.:\\[\\]_-]+")) {
        throw new UserError("--allow-origin " + origin, "is no origin", "write https://host:port");
      }
    }
  }

  @Override
  boolean rebuilds() {
    // Given shares fit one number of ranks only.
    return common.engine().weights().isEmpty();
  }

  @Override
  Job job() {
    return new ServeJob(
        common.engine(),
        new ServeJob.Place(
            host,
            port,
            apiKeyFile == null ? null : apiKeyFile.toAbsolutePath().toString(),
            allowOrigins),
        modelName == null ? nameOf(common.model) : modelName,
        maxSequences,
        queue,
        kvMemory,
        Math.max(1, stepTime.toNanos()),
        !noPrefixCache,
        logRequests);
  }

  private static String nameOf(Path model) {
    Path name = model.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString();
  }
}
