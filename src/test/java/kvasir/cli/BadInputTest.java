package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes of users, each of which gives one line that names it and exit code 2, on one rank and on
 * several.
 */
class BadInputTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path directory;

  static Stream<Arguments> wrongCommands() {
    String tooLong = IntStream.range(0, 130).mapToObj(i -> "1").collect(Collectors.joining(","));
    return Stream.of(
        Arguments.of("generate --model /nowhere --tokens 1", "/nowhere"),
        Arguments.of("generate --model MODEL", "--prompt"),
        Arguments.of("generate --model MODEL --tokens 1 --prompt x", "mutually exclusive"),
        Arguments.of("generate --model MODEL --tokens 1,x", "'x'"),
        Arguments.of("generate --model MODEL --tokens 1,48", "48"),
        Arguments.of("generate --model MODEL --tokens -1", "-1"),
        Arguments.of("generate --model MODEL --tokens " + tooLong, "2 more than"),
        Arguments.of("generate --model MODEL --prompt x", "tokenizer.json"),
        Arguments.of("generate --model MODEL --tokens 1 --temperature -1", "--temperature"),
        Arguments.of("generate --model MODEL --tokens 1 --top-p 2", "--top-p"),
        // B34, B36
        Arguments.of(
            "generate --model MODEL --tokens 1 --repetition-penalty 0", "--repetition-penalty"),
        Arguments.of(
            "generate --model MODEL --tokens 1 --repetition-penalty 1e999", "--repetition-penalty"),
        Arguments.of(
            "generate --model MODEL --tokens 1 --frequency-penalty 2.1", "--frequency-penalty"),
        Arguments.of(
            "generate --model MODEL --tokens 1 --presence-penalty NaN", "--presence-penalty"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias 5=101", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias 48=1", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias -1=1", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias x=1", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias 5=1,5=2", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --logit-bias 5", "--logit-bias"),
        Arguments.of("generate --model MODEL --tokens 1 --block-size 48", "--block-size"),
        Arguments.of("generate --model MODEL --tokens 1 --shards 3", "--shards"),
        Arguments.of("generate --model MODEL --tokens 1 --ranks 17", "--ranks"),
        Arguments.of("generate --model MODEL --tokens 1 --ranks 0", "--ranks"),
        Arguments.of("generate --model MODEL --tokens 1 --threads x", "--threads"),
        Arguments.of("generate --model MODEL --tokens 1 --kv-type f8", "--kv-type"),
        Arguments.of("generate --model MODEL --tokens 1 --hosts /nowhere --ranks 2", "/nowhere"),
        // C3
        Arguments.of("generate --model MODEL --tokens 1 --hosts /nowhere", "/nowhere"),
        Arguments.of("generate --model MODEL --tokens 1 --hosts /nowhere --ranks 1", "/nowhere"),
        Arguments.of("score --model MODEL --tokens 1,2 --hosts /nowhere", "/nowhere"),
        Arguments.of("bench --model MODEL --hosts /nowhere", "/nowhere"),
        Arguments.of("score --model MODEL --text-file /nowhere", "/nowhere"),
        Arguments.of("verify --model MODEL --tokens 1 --max-new-tokens 0", "--max-new-tokens"),
        Arguments.of("inspect --model MODEL --context 129", "--context"),
        Arguments.of("inspect --model MODEL --picture /proc/no.svg", "/proc/no.svg: cannot be"),
        Arguments.of("generate --model MODEL --tokens 1 --vector-bits 96", "--vector-bits"),
        Arguments.of("bench --model MODEL --prompt 0 --gen 0", "no test left"),
        Arguments.of("bench --model MODEL --depth -1", "--depth"),
        Arguments.of("bench --model MODEL --threads 1,0", "--threads"),
        Arguments.of("bench --model MODEL --ranks 1,17", "--ranks"),
        Arguments.of("bench --model MODEL --warm-up long", "--warm-up"),
        Arguments.of("bench --model MODEL --added-latency 50", "'50' is no latency"),
        Arguments.of("bench --model MODEL --load 0", "--load"),
        Arguments.of("bench --model MODEL --load 1 --load-gen 5-3", "'5-3' is no range"),
        Arguments.of("bench --model MODEL --beside 0", "--beside"),
        Arguments.of("bench --model MODEL --added-latency 20s", "longer than"),
        Arguments.of("synth --shape 5b --out /nowhere/at/all", "5b"),
        Arguments.of("synth --shape 0.6b --out MODEL", "model already"),
        Arguments.of("synth --shape 0.6b --layers 0 --out MODEL", "--layers"),
        Arguments.of("synth --shape 0.6b --type q9 --out MODEL", "--type: unknown type q9"),
        Arguments.of("synth --shape 0.6b --type q8_0 --out MODEL", "directory"),
        Arguments.of("synth --shape 0.6b --type q8_0 --out MODEL/config.json", "file already"),
        Arguments.of("nonsense", "nonsense"));
  }

  @ParameterizedTest
  @MethodSource("wrongCommands")
  void isOneLineThatNamesIt(String command, String named) {
    Launch.here((Object[]) command.replace("MODEL", MODEL.toString()).split(" ", -1))
        .assertRefused(named);
  }

  @Test
  void isOneLineOfTheLauncherToo() {
    Launch.kvasir("generate", "--model", MODEL, "--tokens", "1,48").assertRefused("48");
  }

  private Path brokenModel(String file, byte[] content) throws IOException {
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(MODEL.resolve(name), directory.resolve(name));
    }
    Files.write(directory.resolve(file), content);
    return directory;
  }

  private static Launch.Result generate(Path model, int ranks) {
    Object[] words = {"generate", "--model", model, "--tokens", "1,2", "--ranks", ranks};
    return ranks == 1 ? Launch.here(words) : Launch.kvasir(words);
  }

  @Test
  void aTruncatedCheckpointIsNamedOnEveryLayout() throws IOException {
    byte[] whole = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    Path model = brokenModel("model.safetensors", java.util.Arrays.copyOf(whole, 9_000));
    generate(model, 1).assertRefused("model.safetensors");
    generate(model, 3).assertRefused("model.safetensors");
  }

  @Test
  void aShapeThatContradictsTheConfigurationIsNamedOnEveryLayout() throws IOException {
    String config = Files.readString(MODEL.resolve("config.json"));
    Path model =
        brokenModel(
            "config.json",
            config
                .replace("\"intermediate_size\": 72", "\"intermediate_size\": 80")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    generate(model, 1).assertRefused("mlp.gate_proj.weight");
    generate(model, 3).assertRefused("mlp.gate_proj.weight");
  }

  @Test
  void debugShowsTheStackTrace() {
    Launch.Result result = Launch.kvasir("generate", "--model", MODEL, "--tokens", "99", "--debug");
    assertEquals(2, result.code());
    assertTrue(result.showsStackTrace(), result.err());
  }
}
