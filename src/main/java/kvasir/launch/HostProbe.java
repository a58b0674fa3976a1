package kvasir.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import kvasir.error.PrintableText;
import kvasir.process.BoundedProcess;
import kvasir.process.KeptText;

/**
 * Facts about a host, which a shell script collects there. The script is sent to the host, so
 * nothing has to be installed on it.
 *
 * @param host name of the host
 * @param facts values by name, without those that the host could not determine
 * @param clockAhead seconds by which the host's clock is ahead of this one; the error is at most
 *     half the duration of the probe
 * @param failure reason why there are no facts; empty if there are facts
 */
public record HostProbe(String host, Map<String, String> facts, double clockAhead, String failure) {
  private static final String SCRIPT = "probe.sh";
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9@%+=:,./_-]+");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}|[1-8]\\d{18}");
  private static final Set<String> NUMBERS = Set.of("bytes", "memory", "cores", "clock");
  private static final int MOST_BYTES = 1 << 16;

  /**
   * Collects the facts of a host. It is reached in the same way as ranks are started there; on this
   * host the script is run directly.
   *
   * @param slurm whether the host is a node of the Slurm job, reached by a job step
   * @param arguments arguments of the script
   * @param limit longest time to wait for the answer
   */
  public static HostProbe of(String host, boolean slurm, List<String> arguments, Duration limit) {
    List<String> command = new ArrayList<>(List.of("sh", "-s", "--"));
    command.addAll(arguments);
    if (slurm) {
      command = SlurmStep.command(host, command);
    } else if (!HostRoute.isLocal(host)) {
      command.clear();
      String line = "sh -s -- " + RemoteShell.quoted(arguments);
      command.addAll(RemoteShell.command(host, line, "-o", "ConnectTimeout=5"));
    }
    try {
      return ask(host, command, limit);
    } catch (IOException e) {
      return failed(host, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(host, "interrupted");
    }
  }

  static HostProbe ask(String host, List<String> command, Duration limit)
      throws IOException, InterruptedException {
    OutputMarker marker = OutputMarker.random();
    KeptText out = new KeptText(MOST_BYTES);
    KeptText err = new KeptText(MOST_BYTES);
    BoundedProcess.Sink facts =
        stream -> {
          if (marker.skip(stream, value -> {})) {
            out.take(stream);
          }
        };
    long begin = System.currentTimeMillis();
    BoundedProcess.End ended =
        BoundedProcess.run(
            new ProcessBuilder(command),
            BoundedProcess.Input.all(script(marker)),
            limit,
            facts,
            err);
    if (!ended.inTime()) {
      return failed(host, "no answer within " + limit.toSeconds() + " s");
    }
    long end = System.currentTimeMillis();
    Map<String, String> found = facts(out.text());
    if (ended.code() != 0 || !found.containsKey("clock")) {
      String last = err.text().lines().reduce("", (a, line) -> line.isBlank() ? a : line);
      return failed(host, last.isEmpty() ? "exit code " + ended.code() : last.strip());
    }
    double ahead = Long.parseLong(found.get("clock")) / 1e9 - (begin + end) / 2e3;
    return new HostProbe(host, found, ahead, "");
  }

  /**
   * Returns the script, which prints the marker first. The marker is sent on standard input, so the
   * login on the host cannot read it.
   */
  private static byte[] script(OutputMarker marker) throws IOException {
    try (InputStream script = HostProbe.class.getResourceAsStream(SCRIPT)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes("echo ".getBytes(StandardCharsets.US_ASCII));
      all.writeBytes(marker.bytes());
      all.write('\n');
      script.transferTo(all);
      return all.toByteArray();
    }
  }

  /** Returns the result for a host that gave no facts. */
  public static HostProbe failed(String host, String why) {
    return new HostProbe(host, Map.of(), 0, PrintableText.message(why));
  }

  /**
   * Parses lines of the form {@code name=value}; other lines and values with unsafe characters are
   * left out. The text is that after the marker, so output of the login is not part of it.
   */
  static Map<String, String> facts(String text) {
    Map<String, String> facts = new LinkedHashMap<>();
    text.lines()
        .map(line -> line.split("=", 2))
        .filter(pair -> pair.length == 2)
        .filter(pair -> pair[0].matches("[a-z]{1,16}") && WORD.matcher(pair[1]).matches())
        .filter(pair -> !NUMBERS.contains(pair[0]) || NUMBER.matcher(pair[1]).matches())
        .forEach(pair -> facts.put(pair[0], pair[1]));
    return facts;
  }
}
