package kvasir.serve;

import java.util.Optional;
import java.util.Set;
import kvasir.text.Tokenizer;

/**
 * The model that a server answers with.
 *
 * @param id name by which clients know it
 * @param created time of the server's start in seconds since 1970, the same in each answer
 * @param fingerprint name of the model and of the options on which the bits of answers depend
 * @param context number of tokens in the longest sequence
 * @param vocabulary number of tokens of the vocabulary
 * @param ends ids that end a sequence
 * @param tokenizer the model's tokenizer; stays the caller's
 * @param chat makes prompts of conversations; empty if the model has no chat template
 * @param defaults sampling options of requests that do not give them
 */
public record ServedModel(
    String id,
    long created,
    String fingerprint,
    int context,
    int vocabulary,
    Set<Integer> ends,
    Tokenizer tokenizer,
    Optional<ChatPrompts> chat,
    SamplingDefaults defaults) {
  public ServedModel {
    ends = Set.copyOf(ends);
  }
}
