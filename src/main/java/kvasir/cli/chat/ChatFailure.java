package kvasir.cli.chat;

import kvasir.error.PrintableText;

/** Failure of one answer, after which the conversation can go on. Its message is one line. */
final class ChatFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_CHARACTERS = 500;

  ChatFailure(String message, Throwable cause) {
    super(line(message), cause);
  }

  private static String line(String message) {
    String cut =
        message.length() > MAX_CHARACTERS ? message.substring(0, MAX_CHARACTERS) + "..." : message;
    return PrintableText.message(cut);
  }
}
