package kvasir.lab.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * An experiment as its file tells it, with its defaults filled in; see {@link DefinitionReader}.
 * Arms are all combinations of the lists that its {@link ExperimentKind} sweeps.
 *
 * @param name of the file, without its ending
 * @param question that it answers, in a sentence
 * @param model a published shape, for which random weights are made, or a model's directory
 * @param layers of a made model; 0 for all that the shape has
 * @param ranks empty for powers of two up to the processors
 * @param threads of each rank; empty shares the cores out, and in scaling experiments compares n
 *     ranks of one thread with one rank of n
 * @param cores that ranks x threads come to in {@code threads-vs-processes}; 0 for all
 * @param shards leaves of the merge tree, the same in all arms
 * @param depthPerRank tokens in the cache for each rank's thread, in place of {@code depth}
 * @param repetitions starts of each arm
 * @param samples timed runs of each test in one start
 * @param warmUp {@code steady}, or seconds
 * @param heap of all ranks together, as the JVM's options write sizes
 * @param bind as the option {@code --bind}
 * @param fill {@code synthetic} or {@code prefill}
 */
public record Definition(
    String name,
    String question,
    ExperimentKind kind,
    String model,
    int layers,
    List<Integer> ranks,
    List<Integer> threads,
    int cores,
    List<String> transports,
    List<String> attention,
    List<String> merge,
    @JsonProperty("kv-type") String kvType,
    @JsonProperty("block-size") List<Integer> blockSizes,
    @JsonProperty("added-latency") List<String> addedLatencies,
    @JsonProperty("rate") List<String> rates,
    int shards,
    List<Integer> prompt,
    List<Integer> gen,
    List<Integer> depth,
    @JsonProperty("depth-per-rank") List<Integer> depthPerRank,
    int repetitions,
    int samples,
    @JsonProperty("warm-up") String warmUp,
    String heap,
    String bind,
    String fill) {

  /** As this, started more or less often. */
  Definition withRepetitions(int times) {
    return new Definition(
        name,
        question,
        kind,
        model,
        layers,
        ranks,
        threads,
        cores,
        transports,
        attention,
        merge,
        kvType,
        blockSizes,
        addedLatencies,
        rates,
        shards,
        prompt,
        gen,
        depth,
        depthPerRank,
        times,
        samples,
        warmUp,
        heap,
        bind,
        fill);
  }
}
