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
import kvasir.process.BoundedProcess;
import kvasir.process.KeptText;

/**
 * Facts of a host, by a shell script that is sent to it: nothing has to be installed there.
 *
 * @param facts by name; those that the host could not tell are missing
 * @param clockAhead seconds of the host's clock before ours, within half the time that asking took
 * @param failure why there are no facts; empty where there are
 */
public record HostProbe(String host, Map<String, String> facts, double clockAhead, String failure) {
  private static final String SCRIPT = "probe.sh";
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9@%+=:,./_-]+");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}|[1-8]\\d{18}");
  private static final Set<String> NUMBERS = Set.of("bytes", "memory", "cores", "clock");
  private static final int MOST_BYTES = 1 << 16;

  /**
   * Asks a host by the way that ranks take to it; this one without any.
   *
   * @param slurm whether it is a node of the Slurm job, reached by a step
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

  /** The script, which says the marker first: it comes on standard input, so no login sees it. */
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

  /** A host that told nothing. */
  public static HostProbe failed(String host, String why) {
    return new HostProbe(host, Map.of(), 0, why.replaceAll("\\p{Cntrl}", " "));
  }

  /**
   * Lines {@code name=value} of harmless characters; what a login prints stands before the marker.
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
