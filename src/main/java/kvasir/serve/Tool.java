package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A function that a model may call.
 *
 * @param name its name
 * @param parameters schema of its arguments; an empty object if it has none
 * @param path path of the function in the request
 */
record Tool(String name, ObjectNode parameters, String path) {
  String namePath() {
    return path + ".name";
  }

  String parametersPath() {
    return path + ".parameters";
  }
}
