package kvasir.engine.request;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.file.Sha256;

/**
 * Everything that decides a result, as names with short values. A result carries two of them: one
 * of the line, with a hash of the prompt and the options that are not the default, and one of the
 * run, with a hash of the model and the numeric options. Written as one text, such as {@code prompt
 * 0f3a5c77a1b2c3d4, max_tokens 6}.
 */
public final class Provenance {
  private static final String SEPARATOR = ", ";
  private static final int HASH_BYTES = 8;

  /** Names whose values are hashes, which say nothing to a reader. */
  private static final Set<String> HASHED = Set.of("prompt", "model", "stop", "logit_bias");

  private final Map<String, String> parts;

  private Provenance(Map<String, String> parts) {
    this.parts = parts;
  }

  /**
   * Returns the provenance of a run.
   *
   * @param version version of the program
   * @param modelHash the model's hash, of which the beginning is kept
   * @param options values by name of all options of the command that decide the bits of a result
   */
  public static Provenance of(String version, String modelHash, Map<String, String> options) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("kvasir", version);
    parts.put("model", modelHash.substring(0, Math.min(2 * HASH_BYTES, modelHash.length())));
    parts.putAll(options);
    parts.forEach(
        (name, value) -> {
          if (name.contains(" ") || (name + value).contains(SEPARATOR.strip())) {
            throw new IllegalArgumentException("an option that cannot be told: " + name);
          }
        });
    return new Provenance(parts);
  }

  /** Returns the provenance of a request; equal for lines that differ only in their spelling. */
  static Provenance of(CompletionRequest request) {
    SamplingOptions sampling = request.sampling();
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("prompt", hash(out -> write(request.prompt(), out)));
    put(parts, "max_tokens", request.maxTokens(), CompletionRequest.DEFAULT_TOKENS);
    if (!request.stops().isEmpty()) {
      parts.put("stop", hash(out -> write(request.stops(), out)));
    }
    put(parts, "ignore_eos", request.ignoreEos(), false);
    put(parts, "n", request.choices(), 1);
    OptionalInt logprobs = request.logprobs();
    if (logprobs.isPresent()) {
      parts.put("logprobs", Integer.toString(logprobs.getAsInt()));
    }
    put(parts, "temperature", sampling.temperature(), 0.0);
    put(parts, "top_k", sampling.topK(), 0);
    put(parts, "top_p", sampling.topP(), 1.0);
    put(parts, "min_p", sampling.minP(), 0.0);
    put(parts, "seed", sampling.seed(), 0L);
    if (!sampling.logitBias().isEmpty()) {
      parts.put("logit_bias", hash(out -> write(sampling.logitBias(), out)));
    }
    put(parts, "repetition_penalty", sampling.penalties().repetition(), 1.0);
    put(parts, "frequency_penalty", sampling.penalties().frequency(), 0.0);
    put(parts, "presence_penalty", sampling.penalties().presence(), 0.0);
    return new Provenance(parts);
  }

  private static <T> void put(Map<String, String> parts, String name, T value, T usual) {
    if (!value.equals(usual)) {
      parts.put(name, value.toString());
    }
  }

  /** Returns the provenance that a text describes. */
  static Provenance parse(String text) {
    Map<String, String> parts = new LinkedHashMap<>();
    for (String part : text.split(SEPARATOR, -1)) {
      int blank = part.indexOf(' ');
      parts.put(blank < 0 ? part : part.substring(0, blank), part.substring(blank + 1));
    }
    return new Provenance(parts);
  }

  /** Returns this as one text without control characters. */
  String text() {
    return String.join(
        SEPARATOR, parts.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
  }

  /**
   * Returns the first difference in words, such as "seed 7, not 8".
   *
   * @param now the provenance that is asked for now
   */
  Optional<String> difference(Provenance now) {
    Set<String> names = new LinkedHashSet<>(parts.keySet());
    names.addAll(now.parts.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(parts.get(name), now.parts.get(name)))
        .findFirst()
        .map(name -> words(name, parts.get(name), now.parts.get(name)));
  }

  private static String words(String name, String then, String now) {
    if (HASHED.contains(name)) {
      return then == null ? "no " + name : "another " + name;
    }
    return then == null
        ? "the default " + name + ", not " + now
        : name + " " + then + ", not " + (now == null ? "the default" : now);
  }

  /** Function that writes the value whose hash is taken. */
  private interface Value {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static String hash(Value value) {
    MessageDigest digest = Sha256.digest();
    try (DataOutputStream out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
      value.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a digest that cannot be written to", e);
    }
    return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), HASH_BYTES));
  }

  private static void write(Prompt prompt, DataOutputStream out) throws IOException {
    switch (prompt) {
      case Prompt.Text(String text) -> {
        out.writeByte('T');
        write(text, out);
      }
      case Prompt.Tokens(int[] ids) -> {
        out.writeByte('I');
        for (int id : ids) {
          out.writeInt(id);
        }
      }
    }
  }

  private static void write(String text, DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(List<String> texts, DataOutputStream out) throws IOException {
    for (String text : texts) {
      write(text, out);
    }
  }

  private static void write(Map<Integer, Double> bias, DataOutputStream out) throws IOException {
    for (Map.Entry<Integer, Double> one : bias.entrySet()) {
      out.writeInt(one.getKey());
      out.writeDouble(one.getValue());
    }
  }
}
