package kvasir.cli;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import kvasir.cli.job.ModelNotes;
import kvasir.cli.option.CommonOptions;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufPath;
import kvasir.launch.HostFile;
import kvasir.launch.HostProbe;
import kvasir.launch.HostRoute;
import kvasir.model.OpenedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description =
        "Check every host before a run: it is reachable, has the same JDK, program and model,"
            + " can connect to this host, and has enough memory and the right time. Exit code 1 if"
            + " a host is not ready.")
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--hosts",
      required = true,
      paramLabel = "FILE",
      description =
          "File with the hosts of the run, one per line: host, host:slots or host slots=n. The"
              + " word slurm stands for the hosts of the Slurm job.")
  Path hosts;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Also compare the files of the model in this folder.")
  Path model;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description = "Seconds within which a host must answer (default: 30).")
  int timeoutSeconds = 30;

  @ParentCommand KvasirCommand kvasir;

  @Override
  public Integer call() throws Exception {
    CommonOptions.range("--timeout", timeoutSeconds, 1, 3600);
    if (model != null) {
      GgufPath.check(model, "--model " + model);
      try (OpenedModel opened = new OpenedModel(model)) {
        ModelNotes.print(opened, kvasir.output());
      }
    }
    Map<String, Integer> ranks = new LinkedHashMap<>();
    HostFile.read(hosts).slots().forEach(s -> ranks.merge(s.host(), s.ranks(), Integer::sum));
    HostProbe here =
        probe(
            HostRoute.LOCALHOST, false, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    if (!here.failure().isEmpty()) {
      throw new UserError("doctor", "this host: " + here.failure(), "it needs sh and coreutils");
    }
    DoctorReport report =
        new DoctorReport(here, slurm(), ranks.values().stream().mapToInt(r -> r).sum());
    for (HostProbe probe : probeAll(List.copyOf(ranks.keySet()))) {
      report.add(probe, ranks.get(probe.host()));
    }
    kvasir.output().line(report.table());
    return report.problems() == 0 ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
  }

  private List<HostProbe> probeAll(List<String> names) throws Exception {
    List<HostProbe> probes = new ArrayList<>();
    try (ServerSocket door = new ServerSocket();
        ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      // The port is open only during the check. It accepts all connections and reads nothing.
      door.bind(null, names.size() + 8);
      Thread.ofVirtual().start(() -> greet(door));
      List<Future<HostProbe>> answers = new ArrayList<>();
      for (String name : names) {
        answers.add(each.submit(() -> reach(name, door.getLocalPort())));
      }
      for (Future<HostProbe> answer : answers) {
        probes.add(answer.get());
      }
    }
    return probes;
  }

  /** Accepts and closes connections, so that the queue of waiting connections does not fill up. */
  private static void greet(ServerSocket door) {
    while (!door.isClosed()) {
      try {
        door.accept().close();
      } catch (IOException e) {
        // The check has ended, or the other side closed the connection before it was accepted.
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private HostProbe reach(String host, int port) throws IOException {
    try {
      return probe(host, slurm(), new InetSocketAddress(HostRoute.towards(host), port));
    } catch (UserError e) {
      return HostProbe.failed(host, "its name is unknown here");
    }
  }

  /**
   * Returns whether the hosts are those of the Slurm job, in which ranks are started as job steps.
   */
  private boolean slurm() {
    return HostFile.SLURM.equals(hosts);
  }

  private HostProbe probe(String host, boolean slurm, InetSocketAddress door) {
    String jar = System.getProperty("java.class.path").split(File.pathSeparator, -1)[0];
    return HostProbe.of(
        host,
        slurm,
        List.of(
            System.getProperty("java.home"),
            Path.of(jar).toAbsolutePath().toString(),
            model == null ? "-" : model.toAbsolutePath().toString(),
            door.getAddress().getHostAddress(),
            String.valueOf(door.getPort())),
        Duration.ofSeconds(timeoutSeconds));
  }
}
