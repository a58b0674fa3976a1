package kvasir.cli.option;

import java.nio.file.Path;
import kvasir.engine.PromptInput;
import picocli.CommandLine.Option;

/** The three options for a prompt, of which at most one may be given. */
public final class PromptOptions {
  @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt as text.")
  public String text;

  @Option(
      names = "--prompt-file",
      paramLabel = "FILE",
      description = "File or pipe with the prompt; - means standard input.")
  public Path file;

  @Option(
      names = "--tokens",
      paramLabel = "IDS",
      description = "The prompt as token ids, such as 1,2,3.")
  public String tokens;

  /** Name of the option for a file, for error messages. {@code score} has another name for it. */
  public String fileOption = "--prompt-file";

  /** Returns the name of the option that gives the prompt. */
  private String option() {
    if (tokens != null) {
      return "--tokens";
    }
    return text != null ? "--prompt" : fileOption;
  }

  /** Returns the kind of prompt. Its text is read by {@link #text}. */
  public PromptInput input() {
    return new PromptInput(option(), tokens != null);
  }

  /** Reads the text of the prompt. Call it once, since a pipe can be read only once. */
  public String text() {
    if (tokens != null) {
      return tokens;
    }
    return text != null ? text : new UserText(fileOption, file).read();
  }
}
