package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufModel;
import kvasir.file.gguf.GgufPath;
import kvasir.file.gguf.GgufTensor;
import kvasir.file.gguf.GgufWriter;
import kvasir.fuzz.Fuzz;
import kvasir.kernel.ScalarKernels;
import kvasir.measure.Activity;
import kvasir.model.GgufExport;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.text.OptionalTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Damaged and cut GGUF models (G5 to G13, G22 to G44), each of which must be read to the numbers of
 * a text, or refused in one line with the name of its file. The whole programme is {@code
 * -Dkvasir.fuzz.cases=50000} with {@code -Xmx256m}.
 */
@Execution(ExecutionMode.CONCURRENT)
class GgufModelFuzzTest {
  private static final int CASES = 150;
  private static final int CUTS = 50;
  private static final String KEY = "tokenizer.ggml.";
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final Pattern END = Pattern.compile("ends|truncated|is empty");
  private static final Pattern NUMBERS = Pattern.compile("the logits are not finite numbers.*");

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void place() {
    file = directory.resolve("m.gguf");
  }

  /** Returns a model of the architecture of a golden one, with a vocabulary of its own. */
  private byte[] model(String golden, BlockFormat format) throws IOException {
    try (OpenedModel opened = new OpenedModel(EditedModel.GOLDEN.resolve(golden))) {
      int vocabulary = opened.config().vocabulary();
      GgufWriter writer =
          GgufExport.writer(opened.checkpoint(), opened.config(), "fuzz", format, bytes -> {});
      if (golden.startsWith("llama")) {
        addSentencePiece(writer, vocabulary);
      } else {
        addByteLevel(writer, vocabulary);
      }
      writer.write(file);
    }
    return Files.readAllBytes(file);
  }

  private static void addSentencePiece(GgufWriter writer, int size) {
    List<byte[]> tokens = texts("<unk>", "<s>", "</s>", "ab", "abc", "\u2581a");
    float[] scores = new float[size];
    int[] kinds = new int[size];
    Arrays.fill(kinds, 1);
    kinds[0] = 2;
    kinds[1] = 3;
    kinds[2] = 3;
    for (int id = 0; id < size; id++) {
      scores[id] = -id;
    }
    letters(tokens, size);
    writer
        .text(KEY + "model", "llama")
        .texts(KEY + "tokens", tokens)
        .float32s(KEY + "scores", scores)
        .int32s(KEY + "token_type", kinds)
        .uint32(KEY + "bos_token_id", 1)
        .uint32(KEY + "eos_token_id", 2);
  }

  private static void addByteLevel(GgufWriter writer, int size) {
    List<byte[]> tokens = texts("<|end|>", "ab", "abc", "\u0120a", "\u0120");
    int[] kinds = new int[size];
    Arrays.fill(kinds, 1);
    kinds[0] = 3;
    letters(tokens, size);
    writer
        .text(KEY + "model", "gpt2")
        .text(KEY + "pre", "qwen2")
        .texts(KEY + "tokens", tokens)
        .int32s(KEY + "token_type", kinds)
        .texts(KEY + "merges", texts("a b", "ab c", "\u0120 a"))
        .uint32(KEY + "eos_token_id", 0)
        .flag(KEY + "add_bos_token", false);
  }

  private static List<byte[]> texts(String... texts) {
    List<byte[]> all = new ArrayList<>();
    for (String text : texts) {
      all.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return all;
  }

  private static void letters(List<byte[]> tokens, int size) {
    for (int i = 0; tokens.size() < size; i++) {
      String letter = LETTERS.charAt(i % LETTERS.length()) + (i < LETTERS.length() ? "" : "+" + i);
      tokens.add(letter.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Reads a model as a user's command does: configuration, tokenizer, weights, numbers. */
  private void read(byte[] content) throws IOException {
    Files.write(file, content);
    GgufPath.check(file, "--model " + file);
    EngineSettings settings =
        new EngineSettings(
            file,
            DType.F32,
            AttentionKind.STREAMING,
            new ScalarKernels(),
            1,
            Binding.NONE,
            0,
            16,
            16,
            Distribution.DEFAULT);
    try (OpenedModel model = new OpenedModel(file);
        OptionalTokenizer tokenizer = OptionalTokenizer.open(file)) {
      model.config();
      model.checkpoint().nonFinite();
      tokenizer.get().ifPresent(known -> known.encode("abc abc"));
      try (Engine engine =
          Engine.scoring(model, settings, new SoloCommunicator(), new Activity(), 2)) {
        score(engine);
      }
    }
  }

  // Damaged weights may be too large for any logits, and then no file is named.
  private static void score(Engine engine) {
    try {
      new Scorer(engine, new Fingerprint()).score(new int[] {0, 1}, 0, n -> {});
    } catch (UserError e) {
      assertTrue(NUMBERS.matcher(e.getMessage()).find(), e.getMessage());
    }
  }

  private List<byte[]> samples() throws IOException {
    return List.of(
        model("llama-bias-sharded", BlockFormat.Q4_0), model("qwen3-yarn", BlockFormat.Q8_0));
  }

  @Test
  void damagedModels() throws IOException {
    List<byte[]> samples = samples();
    samples.forEach(this::readWhole);
    Fuzz.check("m.gguf", CASES, samples, this::read);
  }

  /** Damages the header alone, so that more of the damage hits keys, tokens and shapes. */
  @Test
  void damagedHeaders() throws IOException {
    for (byte[] whole : samples()) {
      byte[] header = Arrays.copyOf(whole, header(whole));
      byte[] data = Arrays.copyOfRange(whole, header.length, whole.length);
      Fuzz.check(
          "m.gguf",
          CASES,
          List.of(header),
          in -> {
            byte[] all = Arrays.copyOf(in, in.length + data.length);
            System.arraycopy(data, 0, all, in.length, data.length);
            read(all);
          });
    }
  }

  private void readWhole(byte[] content) {
    try {
      read(content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int header(byte[] whole) throws IOException {
    Files.write(file, whole);
    return (int)
        GgufModel.read(file).tensors().values().stream()
            .mapToLong(GgufTensor::begin)
            .min()
            .orElseThrow();
  }

  /** Cuts the header everywhere and the data at many places. */
  @Test
  void everyCutIsRefused() throws IOException {
    int cuts = Math.min(1_000, Integer.getInteger("kvasir.fuzz.cases", CUTS));
    for (byte[] whole : samples()) {
      int header = header(whole);
      for (int length = 0; length < header; length++) {
        assertCut(whole, length);
      }
      for (int i = 0; i < cuts; i++) {
        assertCut(whole, header + (int) ((whole.length - header - 1L) * i / cuts));
      }
    }
  }

  private void assertCut(byte[] whole, int length) {
    byte[] cut = Arrays.copyOf(whole, length);
    UserError refusal = assertThrows(UserError.class, () -> read(cut), "cut at " + length);
    assertTrue(END.matcher(refusal.getMessage()).find(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("m.gguf"), refusal.getMessage());
  }
}
