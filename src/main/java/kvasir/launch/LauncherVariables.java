package kvasir.launch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.HeartbeatClient;

/**
 * Check of the environment variables that Kvasir sets for the processes that it starts. If a user's
 * shell has one of them, a process would act as a rank and wait for a launcher that does not exist.
 */
final class LauncherVariables {
  private static final String NUMBER = "\\d{1,7}";
  private static final String ADDRESS = "[^:\\s]\\S*:\\d{1,5}";
  private static final String TOKEN = "[0-9a-f]{64}";
  private static final int MOST_PORT = 65_535;

  private final Map<String, String> environment;

  private LauncherVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Checks all variables.
   *
   * @throws UserError if they are not as Kvasir sets them
   */
  static void check(Map<String, String> environment) {
    new LauncherVariables(environment).check();
  }

  /** Returns whether the environment is that of a rank of Kvasir's launcher. */
  static boolean isRank(Map<String, String> environment) {
    return environment.getOrDefault(RankLauncher.RANK, "").matches(NUMBER);
  }

  private void check() {
    numbers(RankLauncher.RANK, RankLauncher.RANKS);
    numbers(RankLauncher.LOCAL_RANK, RankLauncher.LOCAL_RANKS);
    matches(HeartbeatClient.LISTENER, ADDRESS, "an address");
    matches(HeartbeatClient.TOKEN, TOKEN, "a run's token");
    if (environment.containsKey(HeartbeatClient.LISTENER)) {
      String listener = environment.get(HeartbeatClient.LISTENER);
      int port = Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1));
      if (port < 1 || port > MOST_PORT) {
        throw refused(HeartbeatClient.LISTENER, "'" + listener + "' is not an address");
      }
    }
    if (environment.containsKey(RankLauncher.RANK)) {
      requires(RankLauncher.RANK, HeartbeatClient.LISTENER);
    } else {
      requires(RankLauncher.LOCAL_RANK, RankLauncher.RANK);
    }
    if (!environment.containsKey(RankLauncher.RANK)) {
      requires(HeartbeatClient.LISTENER, HeartbeatClient.TOKEN);
      requires(HeartbeatClient.TOKEN, HeartbeatClient.LISTENER);
    }
    checkArm();
  }

  /**
   * Checks a number and its limit: both variables are set and the number is below the limit, or
   * neither is set.
   */
  private void numbers(String name, String countName) {
    for (String variable : List.of(name, countName)) {
      matches(variable, NUMBER, "a number");
    }
    requires(name, countName);
    requires(countName, name);
    if (environment.containsKey(name)
        && Integer.parseInt(environment.get(name))
            >= Integer.parseInt(environment.get(countName))) {
      throw refused(
          name,
          environment.get(name) + " is not below " + countName + " " + environment.get(countName));
    }
  }

  private void matches(String name, String pattern, String what) {
    String value = environment.get(name);
    if (value != null && !value.matches(pattern)) {
      // The value is not shown, since even a wrong token is a secret.
      String shown = name.equals(HeartbeatClient.TOKEN) ? "the value" : "'" + value + "'";
      throw refused(name, shown + " is not " + what);
    }
  }

  private void requires(String name, String other) {
    if (environment.containsKey(name) && !environment.containsKey(other)) {
      throw refused(name, "is set, but " + other + " is not");
    }
  }

  /**
   * Checks the variable that an experiment sets for the processes of a measured configuration. A
   * process that has it must descend from the process that it names.
   */
  private void checkArm() {
    String experiment = environment.get(ParentWatch.WATCHED);
    if (experiment != null
        && Stream.iterate(
                ProcessHandle.current().parent(),
                Optional::isPresent,
                process -> process.get().parent())
            .noneMatch(process -> String.valueOf(process.get().pid()).equals(experiment))) {
      throw refused(ParentWatch.WATCHED, "is set, but no experiment has started this process");
    }
  }

  private static UserError refused(String name, String what) {
    return new UserError(name, what, "unset it: Kvasir sets it for processes that it starts");
  }
}
