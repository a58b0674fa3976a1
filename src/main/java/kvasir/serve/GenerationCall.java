package kvasir.serve;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import kvasir.engine.sampling.SamplingOptions;

/**
 * Request for the text that follows prompts, with defaults applied.
 *
 * @param prompts ids of each prompt, at least one prompt; not copied
 * @param choices number of choices of each prompt
 * @param maxTokens largest number of tokens of each choice, without regard to the context
 * @param divider makes the division of each choice's text into its parts
 * @param stops texts before which the content of a choice ends
 * @param ignoreEos whether end tokens are tokens like others
 * @param logprobs number of likeliest tokens to list with each token; empty for no
 *     log-probabilities
 * @param constraint description of the texts that a choice is one of; empty for any
 * @param sampling rules by which tokens are chosen
 * @param stream whether the answer is sent piece by piece
 * @param includeUsage whether a stream ends with counts
 * @param attention whether the attention of each choice is counted by block
 */
record GenerationCall(
    List<int[]> prompts,
    int choices,
    int maxTokens,
    Supplier<AnswerDivider> divider,
    List<String> stops,
    boolean ignoreEos,
    OptionalInt logprobs,
    Optional<String> constraint,
    SamplingOptions sampling,
    boolean stream,
    boolean includeUsage,
    boolean attention) {}
