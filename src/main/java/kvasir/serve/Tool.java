package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A function that a model may call.
 *
 * @param name its name
 * @param parameters schema of its arguments; an empty object if it has none
 * @param path path of the schema in the request
 */
record Tool(String name, JsonNode parameters, String path) {}
