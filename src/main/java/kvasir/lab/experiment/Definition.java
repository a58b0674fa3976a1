package kvasir.lab.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import kvasir.lab.bench.LoadTest;
import kvasir.lab.bench.TokenRange;

/**
 * The definition of an experiment, as read from its file by {@link DefinitionReader}, with defaults
 * filled in. The arms are all combinations of the listed values, see {@link ArmGrid}.
 *
 * @param name name of the file, without its ending
 * @param question the question that it answers, in a sentence
 * @param model name of a published shape, for which random weights are made, or a model's directory
 * @param layers number of layers of a model with random weights; 0 for all layers of the shape
 * @param ranks numbers of ranks; empty for powers of two up to the number of processors
 * @param threads numbers of threads of each rank. Empty divides the cores among ranks; in scaling
 *     experiments it compares n ranks of one thread with one rank of n threads
 * @param cores product of ranks and threads in {@code threads-vs-processes}; 0 for all cores
 * @param shards number of leaves of the merge tree, the same in all arms
 * @param prompt numbers of prompt tokens to test
 * @param gen numbers of generated tokens to test
 * @param depth numbers of tokens in the cache before each test
 * @param depthPerRank number of tokens in the cache for each thread of each rank, in place of
 *     {@code depth}
 * @param load numbers of requests to keep running
 * @param loadPrompt numbers of tokens of a prompt in a load, such as {@code 32-256}
 * @param loadGen numbers of tokens that a request of a load generates
 * @param loadRequests number of requests that each run of a load measures
 * @param repetitions number of starts of each arm
 * @param samples number of timed runs of each test in one start
 * @param warmUp {@code steady}, or a number of seconds
 * @param heap heap of all ranks together, such as {@code 2g}
 * @param bind value of the option {@code --bind}
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
    List<Integer> load,
    @JsonProperty("load-prompt") String loadPrompt,
    @JsonProperty("load-gen") String loadGen,
    @JsonProperty("load-requests") int loadRequests,
    int repetitions,
    int samples,
    @JsonProperty("warm-up") String warmUp,
    String heap,
    String bind,
    String fill) {

  /** Returns the tests of requests that are kept running. */
  List<LoadTest> loads() {
    TokenRange prompts = TokenRange.of(loadPrompt).orElseThrow();
    TokenRange outputs = TokenRange.of(loadGen).orElseThrow();
    return load.stream().map(count -> new LoadTest(count, prompts, outputs, loadRequests)).toList();
  }

  /** Returns a copy of this definition with another number of starts of each arm. */
  Definition withRepetitions(int starts) {
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
        load,
        loadPrompt,
        loadGen,
        loadRequests,
        starts,
        samples,
        warmUp,
        heap,
        bind,
        fill);
  }
}
