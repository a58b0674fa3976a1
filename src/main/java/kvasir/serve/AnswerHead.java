package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import kvasir.file.Json;

/**
 * Fields with which each answer and each chunk begins.
 *
 * @param id id of the answer
 * @param created time of the answer in seconds since 1970
 */
record AnswerHead(String id, long created, ServedModel model) {
  ObjectNode json(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model.id())
        .put("system_fingerprint", model.fingerprint());
  }
}
