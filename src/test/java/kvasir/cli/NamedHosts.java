package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Hosts of which this one plays all: names for its loopback address, which only the commands that
 * are started here know, and an ssh of ours. Needs root.
 */
final class NamedHosts {
  private final Path folder;

  /**
   * Creates the names, a file {@code hostfile} with them, and an ssh; skips the test where that is
   * not possible.
   *
   * @param folder empty folder for all files
   */
  NamedHosts(Path folder, String... names) throws IOException {
    this.folder = folder;
    Files.writeString(
        folder.resolve("hosts"),
        Files.readString(Path.of("/etc/hosts")) + "\n127.0.0.1 " + String.join(" ", names) + "\n");
    Files.writeString(folder.resolve("hostfile"), String.join("\n", names) + "\n");
    script("named", "mount --bind \"$0.d/hosts\" /etc/hosts && exec \"$@\"");
    Files.createSymbolicLink(folder.resolve("named.d"), folder);
    login("");
    Launch.Result made = run("/bin/true");
    Assumptions.assumeTrue(
        made.code() == 0, "no mount namespaces, hosts with names not tested: " + made.err());
  }

  /** Writes a program that commands find before those of this host. */
  void script(String name, String body) throws IOException {
    Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
    assertTrue(folder.resolve(name).toFile().setExecutable(true));
  }

  /** Has each host's login run this first; {@code $2} is the host's name. */
  void login(String greeting) throws IOException {
    script(
        "ssh",
        "while [ \"$1\" != -- ]; do shift; done\n" + greeting + "\nshift 2; exec sh -c \"$1\"");
  }

  /** Returns the file that lists the names. */
  Path hostfile() {
    return folder.resolve("hostfile");
  }

  private List<Object> words(String command, Object... arguments) {
    List<Object> words = new ArrayList<>(List.of("-m", "env"));
    words.add("PATH=" + folder + ":" + System.getenv("PATH"));
    words.add(folder.resolve("named"));
    words.add(Path.of(command).toAbsolutePath());
    words.addAll(Arrays.asList(arguments));
    return words;
  }

  /** Runs a command that knows the names. */
  Launch.Result run(String command, Object... arguments) {
    return Launch.run("/usr/bin/unshare", words(command, arguments).toArray());
  }

  /** Returns the start of a command that knows the names. */
  ProcessBuilder builder(String command, Object... arguments) {
    return Launch.builder("/usr/bin/unshare", words(command, arguments).toArray());
  }
}
