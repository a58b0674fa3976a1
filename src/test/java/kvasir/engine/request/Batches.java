package kvasir.engine.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Batches for tests, with an engine that answers each request by its line of tokens. */
final class Batches {
  static final RequestReader READER = new RequestReader(48);
  static final Provenance RUN = run("bf16");

  private Batches() {}

  static Provenance run(String type) {
    return Provenance.of("1.0", "0123456789abcdef0123", Map.of("--kv-type", type));
  }

  static RequestSource source(String input, BatchOutput output) {
    return new RequestSource(
        "--input", new ByteArrayInputStream(input.getBytes(UTF_8)), READER, output);
  }

  static CompletionResult answer(CompletionRequest request) {
    if (request.maxTokens() == 13) {
      return CompletionResult.failed(request, "not a number", List.of());
    }
    List<CompletionChoice> choices = new ArrayList<>();
    for (int i = 0; i < request.choices(); i++) {
      choices.add(
          new CompletionChoice(
              Optional.of("t" + i), List.of(3, i), FinishReason.STOP, Optional.empty()));
    }
    return CompletionResult.completed(
        request, choices, new CompletionTimings(3, 0, 0.5, 1e-7, 0.25));
  }

  /** Writes the results of all lines; returns the number of those that were not skipped. */
  static int answerAll(RequestSource source, BatchOutput output) {
    int count = 0;
    for (Optional<Incoming> next = source.next(); next.isPresent(); next = source.next()) {
      count++;
      output.write(
          switch (next.get()) {
            case CompletionRequest request -> answer(request);
            case RequestRefusal refusal -> CompletionResult.refused(refusal);
          });
    }
    return count;
  }
}
