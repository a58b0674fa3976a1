package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Damaged lines are read as requests or refused in one line (B46). */
@Execution(ExecutionMode.CONCURRENT)
class RequestFuzzTest {
  private static final String NAME = "requests";
  private static final int LIMIT = 1 << 20;
  private static final RequestReader READER = new RequestReader(48);

  private static final List<byte[]> SAMPLES =
      List.of(
          sample("{\"id\": \"a\", \"tokens\": [1, 2, 47], \"max_tokens\": 6, \"seed\": -1}"),
          sample(
              "{\"id\": 17, \"prompt\": \"\u00e9\\ud83d\\ude42\", \"stop\": [\"a\", \"b\"], \"n\":"
                  + " 2, \"temperature\": 0.7, \"top_k\": 3, \"top_p\": 0.9, \"min_p\": 0.1}\r\n\n"
                  + "{\"id\": \"17\", \"tokens\": [3], \"logit_bias\": {\"3\": -100, \"4\": 1.5},"
                  + " \"repetition_penalty\": 1.2, \"logprobs\": 3, \"ignore_eos\": false}"));

  private static byte[] sample(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void damagedLinesAreReadOrRefused() {
    Fuzz.check(NAME, 3000, SAMPLES, RequestFuzzTest::read);
  }

  @Test
  void damagedOutputsAreResumedOrRefused(@TempDir Path folder) throws IOException {
    Path output = folder.resolve("out.jsonl");
    String input = new String(SAMPLES.get(0), UTF_8) + "\n" + new String(SAMPLES.get(1), UTF_8);
    try (BatchOutput results = BatchOutput.toFile(output, Batches.RUN)) {
      Batches.answerAll(Batches.source(input + "\n{", results), results);
    }
    List<byte[]> whole = List.of(Files.readAllBytes(output));
    Fuzz.check(
        output.toString(),
        400,
        whole,
        damaged -> {
          Files.write(output, damaged);
          try (BatchOutput results = BatchOutput.toFile(output, Batches.RUN)) {
            results.begin();
            Batches.answerAll(Batches.source(input, results), results);
          }
          try (BatchOutput again = BatchOutput.toFile(output, Batches.RUN)) {
            assertEquals(0, Batches.answerAll(Batches.source(input, again), again));
          }
        });
  }

  private static void read(byte[] input) throws IOException {
    RequestLines lines = new RequestLines(new ByteArrayInputStream(input), LIMIT);
    RequestRefusal last = null;
    for (Optional<InputLine> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (READER.read(line.get()) instanceof RequestRefusal refusal) {
        last = refusal;
      }
    }
    if (last != null) {
      throw new UserError(NAME, last.error(), "correct the line");
    }
  }
}
