package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.cli.job.JobTable;
import kvasir.cli.option.UsageError;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.StatusLine;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.JavaCommand;
import kvasir.launch.ThisProcess;
import kvasir.measure.Activity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Arguments as the commands see them, and what users read of those that no command can take. */
class ArgumentsTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  private static CommandLine parser(String... arguments) {
    Output output = new Output(StatusLine.of(new Activity()));
    ThisProcess own =
        ThisProcess.own(new JobTable(output), output, new Activity(), new JavaCommand(Main.class));
    return Main.parser(output, own, arguments);
  }

  private static Object command(String... arguments) {
    return parser(arguments).parseArgs(arguments).subcommand().commandSpec().userObject();
  }

  /** The line that a user reads; a command that runs fails the test. */
  private static String refusal(String... arguments) {
    List<Exception> raised = new ArrayList<>();
    parser(arguments)
        .setParameterExceptionHandler((e, words) -> note(raised, UsageError.of(e)))
        .setExecutionExceptionHandler((e, line, parsed) -> note(raised, e))
        .execute(arguments);
    assertEquals(1, raised.size(), String.join(" ", arguments));
    return assertInstanceOf(UserError.class, raised.get(0)).getMessage();
  }

  private static int note(List<Exception> raised, Exception e) {
    raised.add(e);
    return ExitCodes.USER_ERROR;
  }

  @Test
  void anEmptyPathIsRefused() { // L12
    assertEquals(
        "--session: the path is empty; see kvasir generate --help",
        refusal("generate", "--model=m", "--tokens=1", "--session="));
  }

  // T3, T10
  @ParameterizedTest
  @ValueSource(
      strings = {
        "@notes.txt",
        "@src",
        "@@x",
        "--help",
        "-h",
        "--",
        "-",
        "--debug",
        "--prompt",
        "--prompt=x",
        "generate",
        "help",
        "\"quoted\"",
        "'q'",
        "a,b",
        "a=b",
        "${user.dir}",
        "$(x)",
        "*",
        "\\n",
        "two\nlines",
        "  blank  ",
        "\u4e16\u754c"
      })
  void aTextIsTakenAsItStands(String text) {
    GenerateCommand joined =
        (GenerateCommand) command("generate", "--model=m", "--prompt=" + text, "--stop=" + text);
    assertEquals(text, joined.prompt.text);
    assertEquals(List.of(text), joined.choice.stops);
    GenerateCommand apart =
        (GenerateCommand)
            command("generate", "--model", text, "--prompt", text, "--stop", text, "--stop", text);
    assertEquals(text, apart.prompt.text);
    assertEquals(List.of(text, text), apart.choice.stops);
    assertEquals(Path.of(text), apart.common.model);
    assertEquals(
        List.of(text), ((AskCommand) command("ask", "--model=m", "--ask", text)).asked, text);
  }

  @Test
  void commandsThatAreMissingOrUnknown() { // U4
    String all =
        "use generate, score, batch, serve, chat, verify, inspect, ask, evaluate, town, template, bench,"
            + " synth, quantize, experiment or doctor";
    assertEquals("kvasir: no command given; " + all, refusal());
    assertEquals("kvasir: unknown command 'talk'; " + all, refusal("talk"));
    assertEquals("kvasir: unknown command; " + all, refusal("help", "talk"));
    String four = "use list, run, predict or report";
    assertEquals("experiment: no command given; " + four, refusal("experiment"));
    assertEquals(
        "kvasir experiment: unknown command 'chat'; " + four, refusal("experiment", "chat"));
  }

  // U3
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--seed=9223372036854775808 | --seed: '9223372036854775808' is not allowed; give a whole"
            + " number from -9223372036854775808 to 9223372036854775807",
        "--threads=x | --threads: 'x' is not allowed; give a whole number up to 2147483647",
        "--top-p=much | --top-p: 'much' is not allowed; give a number like 0.5",
        "--kernels=gpu | --kernels: 'gpu' is not allowed; give one of vector, scalar",
        "--json=maybe | --json: 'maybe' is not allowed; give it alone, without a value",
        "--memory-limit=5x | --memory-limit: '5x' is no size, write 512M or 2G; see kvasir"
            + " generate --help",
        "--seed | kvasir generate: --seed needs a value; see kvasir generate --help",
        "--sed=1 | kvasir generate: unknown option '--sed=1'; see kvasir generate --help",
        "word | kvasir generate: 'word' belongs to no option; quote texts of several words, and see"
            + " kvasir generate --help",
      })
  void aWrongValueIsNamedWithWhatIsAllowed(String word, String line) {
    assertEquals(line, refusal("generate", "--model=m", "--tokens=1", word));
  }

  @Test
  void optionsThatAreMissing() { // U3
    assertEquals(
        "kvasir verify: missing: --model, --tokens; see kvasir verify --help", refusal("verify"));
    assertEquals(
        "kvasir score: one of these has to be given: --tokens, --text-file; see kvasir score"
            + " --help",
        refusal("score", "--model=m"));
  }

  /** Each numeric option at and beyond the ends of what Java's numbers hold. */
  @ParameterizedTest
  @CsvSource({
    "generate --tokens=x --model=, --max-new-tokens --temperature --top-k --top-p --min-p --seed"
        + " --repetition-penalty --frequency-penalty --presence-penalty --logit-bias"
        + " --threads --ranks --block-size --shards --prefill-chunk --timeout --silence"
        + " --memory-limit --shares",
    "score --tokens=x --model=, --top",
    "verify --tokens=x --model=, --max-new-tokens",
    "bench --prompt=0 --gen=0 --model=, --depth --repetitions --warm-up --warm-up-limit"
        + " --added-latency --threads --ranks",
    "evaluate --lengths=512 --model=, --questions --per-document --seed",
    "doctor --hosts=/nowhere/, --timeout"
  })
  void noNumberIsAnInternalError(String command, String options) {
    for (String option : options.split(" ", -1)) {
      for (String value :
          new String[] {"2147483647", "9223372036854775808", "-1", "0", "NaN", "1e300", "", "x"}) {
        List<String> words = new ArrayList<>(List.of((command + MODEL).split(" ", -1)));
        words.add(option + "=" + value);
        String line = refusal(words.toArray(String[]::new));
        assertTrue(!line.contains("java") && !line.contains("Exception"), line);
        assertFalse(line.contains("internal"), line);
      }
    }
  }
}
