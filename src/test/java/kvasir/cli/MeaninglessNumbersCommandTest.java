package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import kvasir.EditedModel;
import kvasir.engine.session.SessionLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** N1 and N2 as a user has them: one line, no result, and nothing kept. */
class MeaninglessNumbersCommandTest {
  @TempDir Path folder;

  private Path nanModel() {
    return EditedModel.golden("qwen3-yarn", folder.resolve("nan"))
        .tensors(
            tensors -> {
              byte[] norm = tensors.get("model.norm.weight").bytes();
              norm[0] = norm[1] = (byte) 0xff;
            })
        .folder();
  }

  @Test
  void nothingIsGeneratedOrKept() { // N1
    Path session = folder.resolve("s");
    Launch.kvasir(
            "generate",
            "--model",
            nanModel(),
            "--tokens",
            "1,5",
            "--ranks",
            2,
            "--json",
            "--session",
            session)
        .assertRefused("the logits are not finite numbers; check the weights with `inspect");
    try (SessionLog log =
        SessionLog.open(
            session,
            () -> {
              throw new AssertionError("the session is gone");
            })) {
      assertEquals(0, log.tokens().length);
    }
  }

  @Test
  void nothingIsScored() { // N1, N2
    Launch.here("score", "--model", nanModel(), "--tokens", "1,5,9", "--json")
        .assertRefused("the logits are not finite numbers");
    EditedModel large =
        EditedModel.golden("qwen2-bias-untied", folder.resolve("large"))
            .tensors(
                tensors -> {
                  byte[] bias = tensors.get("model.layers.0.self_attn.k_proj.bias").bytes();
                  bias[2] = (byte) 0xc3; // With the next byte 99840, and more.
                  bias[3] = 0x47;
                });
    Launch.here(
            "score",
            "--model",
            large.folder(),
            "--tokens",
            "1,5,9",
            "--kv-type",
            "f16",
            "--ranks",
            3,
            "--transport",
            "inprocess")
        .assertRefused("keys of layer 0 are beyond the largest f16 (65504); use --kv-type bf16");
  }
}
