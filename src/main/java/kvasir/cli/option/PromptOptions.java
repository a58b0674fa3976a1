package kvasir.cli.option;

import java.nio.file.Path;
import kvasir.engine.PromptInput;
import picocli.CommandLine.Option;

/** The three ways to give a prompt; at most one may be given. */
public final class PromptOptions {
  @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt.")
  public String text;

  @Option(
      names = "--prompt-file",
      paramLabel = "FILE",
      description = "The prompt, from a file or a pipe; - is standard input.")
  public Path file;

  @Option(names = "--tokens", paramLabel = "IDS", description = "The prompt as token ids: 1,2,3.")
  public String tokens;

  /** Name of the file's option in errors; {@code score} has another name for it. */
  public String fileOption = "--prompt-file";

  /** Returns the name of the option by which the prompt is given. */
  private String option() {
    if (tokens != null) {
      return "--tokens";
    }
    return text != null ? "--prompt" : fileOption;
  }

  /** Returns the kind of prompt; its text is read by {@link #text}. */
  public PromptInput input() {
    return new PromptInput(option(), tokens != null);
  }

  /** Reads the prompt, which may come from a pipe, that can be read once. */
  public String text() {
    if (tokens != null) {
      return tokens;
    }
    return text != null ? text : new UserText(fileOption, file).read();
  }
}
