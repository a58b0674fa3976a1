package kvasir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kvasir.launch.HostProbe;

/** Table of hosts, with the differences from this host and advice for each. */
final class DoctorReport {
  private static final double MOST_CLOCK_SECONDS = 2;

  private final HostProbe here;
  private final boolean slurm;
  private final int ranks;
  private final List<String> rows = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * Creates a report without hosts.
   *
   * @param here facts of this host
   * @param slurm whether the hosts are nodes of a Slurm job, reached by job steps
   * @param ranks number of ranks on all hosts together
   */
  DoctorReport(HostProbe here, boolean slurm, int ranks) {
    this.here = here;
    this.slurm = slurm;
    this.ranks = ranks;
  }

  int problems() {
    return problems.size();
  }

  /**
   * Adds a host.
   *
   * @param own number of ranks that are to run on the host
   */
  void add(HostProbe host, int own) {
    int before = problems.size();
    if (host.failure().isEmpty()) {
      check(host, own);
    } else {
      problem(
          host,
          "cannot be asked: " + host.failure(),
          slurm
              ? "check that `srun --overlap --nodelist=" + host.host() + " true` works"
              : "check the name, and that `ssh " + host.host() + "` needs no password");
    }
    rows.add(row(host, own, problems.size() == before));
  }

  private void check(HostProbe host, int own) {
    Map<String, String> facts = host.facts();
    same(host, "java", "JDK", "install that version at the same path");
    if (!facts.containsKey("vector")) {
      problem(host, "no JDK with jdk.incubator.vector", "install a full JDK, not a runtime image");
    }
    same(host, "jar", "program", "copy the project there, built");
    same(host, "model", "model", "copy the model there again");
    if (facts.getOrDefault("reaches", "").equals("no")) {
      problem(
          host,
          "cannot connect to this host",
          "open the firewall between the hosts: any port for the start, 25000 to 40000 for MPJ");
    }
    long need = Long.parseLong(here.facts().getOrDefault("bytes", "0")) / ranks * own;
    long available = Long.parseLong(facts.getOrDefault("memory", "0")) * 1024;
    if (need > available) {
      problem(
          host,
          "%,d MiB of weights for %,d MiB of free memory".formatted(need >> 20, available >> 20),
          "give it fewer ranks, or add hosts");
    }
    if (Math.abs(host.clockAhead()) > MOST_CLOCK_SECONDS) {
      problem(
          host,
          String.format(Locale.ROOT, "its clock is %.1f s off", host.clockAhead()),
          "let it keep time by NTP; logs will not fit together otherwise");
    }
  }

  private void same(HostProbe host, String fact, String name, String remedy) {
    String ours = here.facts().get(fact);
    String theirs = host.facts().get(fact);
    if (ours != null && !ours.equals(theirs)) {
      boolean hash = ours.length() == 64;
      String found = theirs == null ? "no " + name : "another " + name;
      problem(host, hash ? found : found + " (here " + ours + ", there " + theirs + ")", remedy);
    }
  }

  private void problem(HostProbe host, String what, String remedy) {
    problems.add(host.host() + ": " + what + "; " + remedy);
  }

  private static String row(HostProbe host, int own, boolean well) {
    Map<String, String> facts = host.facts();
    return String.format(
        Locale.ROOT,
        "%-24s %5d  %-10s %5s %9s %9s  %s",
        host.host(),
        own,
        facts.getOrDefault("java", "-"),
        facts.getOrDefault("cores", "-"),
        facts.containsKey("memory")
            ? String.format(
                Locale.ROOT, "%.1f GiB", Long.parseLong(facts.get("memory")) / 1048576.0)
            : "-",
        facts.isEmpty() ? "-" : String.format(Locale.ROOT, "%+.2f s", host.clockAhead()),
        well ? "ok" : "see below");
  }

  String table() {
    StringBuilder text =
        new StringBuilder(
            "host                     ranks  JDK        cores    memory     clock  verdict\n");
    rows.forEach(row -> text.append(row).append('\n'));
    problems.forEach(problem -> text.append(problem).append('\n'));
    return text.append(
            problems.isEmpty()
                ? (rows.size() == 1 ? "the host is" : "all " + rows.size() + " hosts are")
                    + " ready"
                : problems.size() + (problems.size() == 1 ? " problem" : " problems"))
        .toString();
  }
}
