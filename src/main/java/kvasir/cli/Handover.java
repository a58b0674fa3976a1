package kvasir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import kvasir.error.UserError;

/**
 * What a process hands over to those that it starts to do its command: on a command line a long
 * prompt would not fit, a shell or launcher on the way could change it, and other users could read
 * it.
 *
 * @param arguments of the command, as the user gave them
 * @param text that the arguments name, where they name one: it may come from a pipe, which can be
 *     read once; null where they do not
 */
record Handover(List<String> arguments, String text) {
  /** The only argument of a process that is told its own on its standard input. */
  static final String ON_STANDARD_INPUT = "kvasir-arguments-on-standard-input";

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

  /** The arguments of a process, which may be told there or on its standard input. */
  static Handover of(String... words) {
    if (words.length != 1 || !words[0].equals(ON_STANDARD_INPUT)) {
      return new Handover(List.of(words), null);
    }
    try {
      // Not closed: what follows is the end of the process that has written it.
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return decode(Optional.ofNullable(in.readLine()).orElse(""));
    } catch (IOException e) {
      throw new UserError(words[0], "cannot be read", "give a command and its options", e);
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
