package kvasir.engine;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.sampling.Sampler;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.model.OpenedModel;
import kvasir.model.ReferenceDecoder;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.DType;
import kvasir.tensor.Shares;

/**
 * Computes one greedy continuation in several ways and compares the logits: in double precision, by
 * standard and streaming attention, by vector and scalar kernels, on a thread team, and in the
 * layout that the user asked for.
 */
public final class Verifier {
  /**
   * The comparison of one way of computing with the double-precision reference.
   *
   * @param maxDifference largest absolute difference of any logit
   * @param sameTokens true if the likeliest token is the reference's at every step
   * @param sameBits true if all logits have the bits that are expected; null where no bits are
   *     expected
   * @param passed true if the difference is within the tolerance, and tokens and bits are as
   *     expected
   */
  public record Check(
      String name, double maxDifference, boolean sameTokens, Boolean sameBits, boolean passed) {}

  /**
   * The result of a verification.
   *
   * @param tolerance the largest difference that passes
   * @param tokens the continuation
   */
  public record Report(List<Check> rows, double tolerance, int[] tokens) {
    /** Returns true if every way of computing passed. */
    public boolean passed() {
      return rows.stream().allMatch(Check::passed);
    }
  }

  private final OpenedModel model;
  private final EngineSettings settings;
  private final Activity activity;
  private final int[] prompt;
  private final int newTokens;

  /**
   * Creates a verifier.
   *
   * @param model the model of the settings; stays the caller's
   * @param prompt ids; not empty
   * @param newTokens number of tokens to generate and compare
   */
  public Verifier(
      OpenedModel model, EngineSettings settings, Activity activity, int[] prompt, int newTokens) {
    this.model = model;
    this.settings = settings;
    this.activity = activity;
    this.prompt = prompt.clone();
    this.newTokens = newTokens;
  }

  /**
   * Computes the continuation in the layout that the user asked for; all ranks call it.
   *
   * @return logits {@code [new_tokens, vocabulary]} on rank 0
   */
  public float[][] traceLayout(Communicator world) {
    return trace(settings, world, null);
  }

  /**
   * Computes the continuation in the other ways, in this process alone, and compares the logits.
   *
   * @param layout logits {@code [new_tokens, vocabulary]} of {@link #traceLayout}
   * @param layoutName name of the layout's row
   */
  public Report compare(float[][] layout, String layoutName) {
    int[] tokens = Arrays.stream(layout).mapToInt(Sampler::likeliest).toArray();
    int team = Math.max(2, settings.threads());
    AttentionKind streaming = AttentionKind.STREAMING;
    float[][] base = solo(streaming, new VectorKernels(), 1, tokens);
    double[][] reference = reference(tokens);
    double tolerance = tolerance(reference);
    List<Check> rows = new ArrayList<>();
    float[][] standard = solo(AttentionKind.STANDARD, new VectorKernels(), 1, tokens);
    rows.add(row("standard attention", standard, reference, tolerance, null));
    rows.add(row("streaming attention", base, reference, tolerance, base));
    rows.add(
        row(
            "streaming, scalar kernels",
            solo(streaming, new ScalarKernels(), 1, tokens),
            reference,
            tolerance,
            base));
    rows.add(
        row(
            "thread baseline, " + team + " threads",
            solo(streaming, new VectorKernels(), team, tokens),
            reference,
            tolerance,
            base));
    float[][] expected = settings.attention() == streaming ? base : standard;
    rows.add(row(layoutName, layout, reference, tolerance, expected));
    return new Report(rows, tolerance, tokens);
  }

  private float[][] solo(
      AttentionKind attention, kvasir.kernel.Kernels kernels, int threads, int[] tokens) {
    return trace(settings.with(attention, kernels, threads), new SoloCommunicator(), tokens);
  }

  private float[][] trace(EngineSettings how, Communicator world, int[] forced) {
    List<float[]> logits = new ArrayList<>();
    try (Engine engine = Engine.lenient(model, how, world, activity, prompt.length + newTokens)) {
      activity.set("comparing ways of computing");
      new Generator(engine).prefill(prompt, done -> {});
      float[] row = new float[model.config().vocabulary()];
      long[] token = new long[1];
      for (int i = 0; i < newTokens; i++) {
        engine.decoder().logits(engine.decoder().batchTokens() - 1, 1, row);
        if (world.rank() == 0) {
          logits.add(row.clone());
          token[0] = forced == null ? Sampler.likeliest(row) : forced[i];
        }
        Collectives.broadcast(world, token, 0);
        if (i + 1 < newTokens) {
          engine.decoder().forward(new int[] {(int) token[0]}, 0, 1);
        }
      }
    }
    return logits.toArray(float[][]::new);
  }

  private double[][] reference(int[] tokens) {
    ModelConfig config = model.config();
    ScalarKernels kernels = new ScalarKernels();
    try (Arena arena = Arena.ofConfined();
        Team alone = ThreadTeam.of(1)) {
      ReferenceDecoder decoder =
          new ReferenceDecoder(
              config,
              ModelWeights.of(model.checkpoint(), config, kernels, Shares.even(1), 0, alone, arena),
              kernels,
              settings.kvType());
      double[][] logits = new double[newTokens][];
      for (int id : prompt) {
        logits[0] = decoder.next(id);
      }
      for (int i = 1; i < newTokens; i++) {
        logits[i] = decoder.next(tokens[i - 1]);
      }
      return logits;
    }
  }

  /**
   * Returns the largest difference that passes, relative to the largest logit. Two runs may round
   * an element of the cache to different neighbours, so the bound depends on the cache's element
   * type.
   */
  private double tolerance(double[][] reference) {
    double largest = 1;
    for (double[] row : reference) {
      largest = Math.max(largest, Arrays.stream(row).map(Math::abs).max().orElse(0));
    }
    double relative =
        switch (settings.kvType()) {
          case DType.F32 -> 1e-4;
          case DType.F16 -> 1e-3;
          case DType.BF16 -> 5e-3;
          case BlockFormat _ -> 2e-2;
        };
    return largest * relative;
  }

  private static Check row(
      String name, float[][] logits, double[][] reference, double tolerance, float[][] expected) {
    double difference = 0;
    boolean sameTokens = true;
    for (int i = 0; i < logits.length; i++) {
      int best = 0;
      for (int id = 0; id < logits[i].length; id++) {
        double d = Math.abs(logits[i][id] - reference[i][id]);
        difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
        best = reference[i][id] > reference[i][best] ? id : best;
      }
      sameTokens &= best == Sampler.likeliest(logits[i]);
    }
    Boolean sameBits = expected == null ? null : sameBits(logits, expected);
    boolean passed = difference <= tolerance && sameTokens && !Boolean.FALSE.equals(sameBits);
    return new Check(name, difference, sameTokens, sameBits, passed);
  }

  private static boolean sameBits(float[][] a, float[][] b) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        if (Float.floatToRawIntBits(a[i][j]) != Float.floatToRawIntBits(b[i][j])) {
          return false;
        }
      }
    }
    return true;
  }
}
