package kvasir.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.fuzz.Fuzz;
import kvasir.kernel.ScalarKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that damaged models either run or are refused by name. */
class EngineFuzzTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/qwen3-yarn");
  private static final List<String> FILES = List.of("config.json", "model.safetensors");
  private static final int[] PROMPT = {1, 2, 3};

  @TempDir Path model;

  @BeforeEach
  void copy() throws IOException {
    for (String file : FILES) {
      Files.copy(GOLDEN.resolve(file), model.resolve(file));
    }
  }

  private void run() {
    EngineSettings settings =
        new EngineSettings(
            model,
            DType.BF16,
            AttentionKind.STREAMING,
            new ScalarKernels(),
            1,
            Binding.NONE,
            0,
            16,
            2,
            Distribution.DEFAULT);
    try (Engine engine =
        new Engine(settings, new SoloCommunicator(), new Activity(), PROMPT.length + 1, null)) {
      new Generator(engine)
          .generate(
              PROMPT,
              1,
              ChoiceRow.after(PROMPT, ChoiceOptions.GREEDY, engine.config().vocabulary()),
              List.of(),
              t -> false,
              n -> {});
    }
  }

  private void damage(String file, int cases) throws IOException {
    Fuzz.check(
        model.toString(),
        cases,
        List.of(Files.readAllBytes(GOLDEN.resolve(file))),
        in -> {
          Files.write(model.resolve(file), in);
          run();
        });
  }

  @Test
  void damagedConfigurations() throws IOException {
    damage("config.json", 250);
  }

  @Test
  void damagedWeights() throws IOException {
    damage("model.safetensors", 60);
  }
}
