package kvasir.serve;

import java.util.ArrayList;
import java.util.List;

/** The whole of one choice's answer, joined from its parts. Used by one thread at a time. */
final class AnswerText {
  /** A call of a tool, whose arguments grow. */
  static final class Call {
    private final String name;
    private final StringBuilder arguments = new StringBuilder();

    private Call(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    String arguments() {
      return arguments.toString();
    }
  }

  private final StringBuilder content = new StringBuilder();
  private final StringBuilder thoughts = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();

  /** Adds a part. */
  void add(AnswerPart part) {
    switch (part) {
      case AnswerPart.Content text -> content.append(text.text());
      case AnswerPart.Thought text -> thoughts.append(text.text());
      case AnswerPart.CallBegin call -> calls.add(new Call(call.name()));
      case AnswerPart.Arguments text -> calls.get(text.call()).arguments.append(text.text());
      case AnswerPart.Special hidden -> {}
    }
  }

  String content() {
    return content.toString();
  }

  String thoughts() {
    return thoughts.toString();
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }
}
