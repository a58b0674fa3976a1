package kvasir.cli.option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import kvasir.error.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;

/**
 * Errors of a command line that does not fit its command, in words for users: what is wrong and
 * what is allowed.
 */
public final class UsageError {
  private static final Map<Class<?>, String> ALLOWED =
      Map.of(
          int.class, "a whole number up to 2147483647",
          Integer.class, "a whole number up to 2147483647",
          long.class, "a whole number from -9223372036854775808 to 9223372036854775807",
          Long.class, "a whole number from -9223372036854775808 to 9223372036854775807",
          boolean.class, "it alone, without a value",
          double.class, "a number like 0.5",
          Double.class, "a number like 0.5");

  private UsageError() {}

  /** Translates an exception of the option parser. */
  public static UserError of(CommandLine.ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    String help = "see " + command.qualifiedName() + " --help";
    return switch (e) {
      case CommandLine.MissingParameterException missing ->
          new UserError(command.qualifiedName(), missing(missing), help, e);
      case CommandLine.UnmatchedArgumentException unmatched -> unmatched(unmatched, command);
      case CommandLine.MaxValuesExceededException ignored ->
          new UserError(command.qualifiedName(), "an option is given too often", help, e);
      case CommandLine.OverwrittenOptionException twice ->
          new UserError(name(twice.getOverwritten()), "is given twice", "give it once", e);
      case MutuallyExclusiveArgsException both ->
          new UserError(
              command.qualifiedName(),
              "options that exclude each other (are mutually exclusive)" + given(e, command),
              "give one of them",
              e);
      default -> value(e, command, help);
    };
  }

  /** Returns the error for a command line without a command. */
  public static UserError noCommand(CommandSpec command) {
    return new UserError(command.name(), "no command given", "use " + commands(command));
  }

  private static String missing(CommandLine.MissingParameterException e) {
    List<ArgSpec> missing = new ArrayList<>(e.getMissing());
    String names = missing.stream().map(UsageError::name).collect(Collectors.joining(", "));
    if (!missing.isEmpty() && missing.stream().allMatch(argument -> argument.group() != null)) {
      return "one of these has to be given: " + names;
    }
    boolean given =
        missing.size() == 1
            && missing.get(0) instanceof OptionSpec option
            && e.getCommandLine().getParseResult() != null
            && e.getCommandLine().getParseResult().originalArgs().stream()
                .anyMatch(List.of(option.names())::contains);
    return given ? names + " needs a value" : "missing: " + names;
  }

  private static UserError unmatched(
      CommandLine.UnmatchedArgumentException e, CommandSpec command) {
    String first = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().get(0);
    if (first.startsWith("-")) {
      return new UserError(
          command.qualifiedName(),
          "unknown option '" + first + "'",
          "see " + command.qualifiedName() + " --help",
          e);
    }
    if (!command.subcommands().isEmpty()) {
      return new UserError(
          command.qualifiedName(),
          "unknown command '" + first + "'",
          "use " + commands(command),
          e);
    }
    return new UserError(
        command.qualifiedName(),
        "'" + first + "' belongs to no option",
        "quote texts of several words, and see " + command.qualifiedName() + " --help",
        e);
  }

  private static String commands(CommandSpec command) {
    List<String> names = new ArrayList<>(command.subcommands().keySet());
    names.remove("help");
    return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
  }

  private static String given(CommandLine.ParameterException e, CommandSpec command) {
    CommandLine.ParseResult parsed = e.getCommandLine().getParseResult();
    List<String> names = new ArrayList<>();
    for (var group : command.argGroups()) {
      group.args().stream()
          .map(UsageError::name)
          .filter(name -> parsed != null && parsed.hasMatchedOption(name))
          .forEach(names::add);
    }
    return names.isEmpty() ? "" : ": " + String.join(", ", names);
  }

  /** Returns the error for a value that its option does not accept. */
  private static UserError value(
      CommandLine.ParameterException e, CommandSpec command, String help) {
    ArgSpec option = e.getArgSpec();
    if (option == null && !command.subcommands().isEmpty()) {
      return new UserError(
          command.qualifiedName(), "unknown command", "use " + commands(command), e);
    }
    if (option == null) {
      return new UserError(command.qualifiedName(), "cannot be understood", help, e);
    }
    if (e.getCause() instanceof CommandLine.TypeConversionException own
        && (option.converters().length > 0 || option.auxiliaryTypes()[0] == Path.class)) {
      return new UserError(name(option), own.getMessage(), help, e);
    }
    String value = String.valueOf(e.getValue());
    return new UserError(name(option), "'" + value + "' is not allowed", allowed(option, help), e);
  }

  private static String allowed(ArgSpec option, String help) {
    Class<?> type = option.auxiliaryTypes()[0];
    if (type.isEnum()) {
      List<String> names = new ArrayList<>();
      option.completionCandidates().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
      return "give one of " + String.join(", ", names);
    }
    String numbers = ALLOWED.get(type);
    return numbers == null ? help : "give " + numbers;
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
