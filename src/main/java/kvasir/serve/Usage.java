package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import kvasir.file.Json;

/**
 * Counts of the tokens of one answer.
 *
 * @param prompt tokens of all prompts, each counted once
 * @param cached tokens of prompts that were found in the cache
 * @param output tokens of all choices
 */
record Usage(int prompt, int cached, int output) {
  ObjectNode json() {
    ObjectNode usage = Json.object();
    usage
        .put("prompt_tokens", prompt)
        .put("completion_tokens", output)
        .put("total_tokens", prompt + output);
    usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
    return usage;
  }
}
