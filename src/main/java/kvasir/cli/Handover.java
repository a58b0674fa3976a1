package kvasir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import kvasir.error.UserError;

/**
 * What a process hands over to those that it starts to do its command: on a command line a long
 * prompt would not fit, a shell or launcher on the way could change it, and other users could read
 * it.
 *
 * @param arguments of the command, as the user gave them
 */
record Handover(List<String> arguments) {
  // A text is as long as it is; the default limit is 20 million characters.
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
              .build());

  Handover {
    arguments = List.copyOf(arguments);
  }

  /** Returns the form in which it travels. */
  String encode() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("arguments that cannot be written as JSON", e);
    }
  }

  /** Reads what {@link #encode} has written. */
  static Handover decode(String text) {
    try {
      return JSON.readValue(text, Handover.class);
    } catch (JsonProcessingException e) {
      throw new UserError(
          "rank",
          "does not understand what started it",
          "install the same version on every host",
          e);
    }
  }
}
