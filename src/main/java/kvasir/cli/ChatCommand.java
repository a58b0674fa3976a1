package kvasir.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Console;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kvasir.cli.chat.ChatClient;
import kvasir.cli.chat.ChatSession;
import kvasir.cli.chat.LineInput;
import kvasir.cli.chat.OwnServer;
import kvasir.cli.chat.PipeInput;
import kvasir.cli.chat.TerminalInput;
import kvasir.cli.option.ApiKeyFile;
import kvasir.cli.option.CommonOptions;
import kvasir.cli.option.LayoutOptions;
import kvasir.cli.terminal.Output;
import kvasir.engine.sampling.SamplingRange;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.Json;
import kvasir.lab.experiment.ExperimentFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    modelTransformer = ChatCommand.OptionalModel.class,
    description =
        "Talk with a model: with one that is loaded for it, in one process or over ranks"
            + " (--model), or with a running server (--server).")
final class ChatCommand implements Callable<Integer> {
  private static final String MODEL = "--model";

  /** Makes {@code --model} optional, since a running server has its own. */
  static final class OptionalModel implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      OptionSpec model = spec.findOption(MODEL);
      spec.remove(model);
      return spec.addOption(model.toBuilder().required(false).build());
    }
  }

  @Mixin LayoutOptions layout;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Address of a running server, such as http://127.0.0.1:8080.")
  URI server;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "File of one word, the key of the running server.")
  Path apiKeyFile;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "Turn of the system with which the conversation begins (default: none).")
  String system;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description = "Randomness of the choice of tokens (default: the server's).")
  Double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Draw only from the likeliest tokens that together have probability P (default: the"
              + " server's).")
  Double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the random numbers (default: another one for each answer).")
  Long seed;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Largest number of tokens in an answer (default: what the context leaves).")
  Integer maxTokens;

  @ParentCommand KvasirCommand kvasir;

  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    check();
    if (server != null) {
      talk(server, ApiKeyFile.read(apiKeyFile), () -> {});
      return ExitCodes.DONE;
    }
    Path launcher = ExperimentFiles.home().resolve("launch/kvasir");
    kvasir.output().note("kvasir: loading the model");
    try (OwnServer own = new OwnServer(launcher, layoutArguments(), kvasir.output()::note)) {
      talk(own.address(), Optional.of(own.key()), own::requireRunning);
    }
    return ExitCodes.DONE;
  }

  private void check() {
    if ((server == null) == (layout.model == null)) {
      throw new UserError(
          "kvasir chat", "needs either --model or --server", "see kvasir chat --help");
    }
    if (server == null) {
      layout.check();
      if (apiKeyFile != null) {
        throw new UserError("--api-key-file", "is the key of a --server", "leave it out");
      }
    } else {
      checkServer();
    }
    real("--temperature", temperature, SamplingRange.TEMPERATURE);
    real("--top-p", topP, SamplingRange.TOP_P);
    if (maxTokens != null) {
      CommonOptions.range("--max-tokens", maxTokens, 1, Integer.MAX_VALUE);
    }
  }

  private void checkServer() {
    List<String> given = layoutArguments().stream().filter(o -> !o.equals("--debug")).toList();
    if (!given.isEmpty()) {
      throw new UserError(
          given.getFirst(), "is an option of a model that is loaded here", "give --model as well");
    }
    if (server.getHost() == null || !List.of("http", "https").contains(server.getScheme())) {
      throw new UserError(
          "--server " + server, "is not the address of a server", "write http://HOST:PORT");
    }
  }

  private static void real(String option, Double value, SamplingRange range) {
    if (value != null && !range.contains(value)) {
      throw new UserError(option, "value is out of range", "give " + range.words());
    }
  }

  /** Returns the options of the model and its ranks as they were given. */
  private List<String> layoutArguments() {
    CommandSpec own = spec.mixins().get("layout");
    List<String> arguments = new ArrayList<>();
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (own.findOption(option.longestName()) != null) {
        for (String value : option.originalStringValues()) {
          arguments.add(option.longestName());
          if (option.arity().max() > 0) {
            arguments.add(value);
          }
        }
      }
    }
    return arguments;
  }

  private void talk(URI address, Optional<String> key, Runnable requireServer) {
    Output output = kvasir.output();
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    boolean colours =
        terminal
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv().getOrDefault("TERM", "dumb"));
    try (ChatClient client = new ChatClient(withVersion(address), key)) {
      String model = client.model();
      output.leaveTerminal();
      try (LineInput input = terminal ? new TerminalInput(colours) : new PipeInput(System.in)) {
        ChatSession.Screen screen =
            new ChatSession.Screen(output::print, terminal ? output::line : output::note, colours);
        if (terminal) {
          output.line(model + ". /help lists what can be typed besides a message.");
        }
        new ChatSession(
                client, requireServer, options(), Optional.ofNullable(system), input, screen)
            .run();
      }
    }
  }

  private static URI withVersion(URI address) {
    String base = address.toString().replaceFirst("/+$", "");
    return URI.create(base.endsWith("/v1") ? base : base + "/v1");
  }

  private ObjectNode options() {
    ObjectNode options = Json.object();
    if (temperature != null) {
      options.put("temperature", temperature);
    }
    if (topP != null) {
      options.put("top_p", topP);
    }
    if (seed != null) {
      options.put("seed", seed);
    }
    if (maxTokens != null) {
      options.put("max_completion_tokens", maxTokens);
    }
    return options;
  }
}
