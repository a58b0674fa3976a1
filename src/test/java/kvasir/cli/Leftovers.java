package kvasir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Files that a run may leave: of Kvasir's own state, and of MPI's. */
final class Leftovers {
  private Leftovers() {}

  static Set<Path> now() throws IOException {
    Set<Path> found = new TreeSet<>();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    for (Path place : List.of(Path.of(".kvasir"), temporary, Path.of("/dev/shm"))) {
      add(found, place, "job\\..*|kvasir.*|vader_segment\\..*");
    }
    // An empty folder of sessions is no session.
    for (Path sessions : Set.copyOf(add(new TreeSet<>(), temporary, "ompi\\..*"))) {
      add(found, sessions, "pid\\..*");
    }
    return found;
  }

  /** Returns the files with counters that JVMs of these processes have left. */
  static Set<Path> counters(Set<Long> processes) throws IOException {
    Set<Path> found = new TreeSet<>();
    // HotSpot's own place, whatever java.io.tmpdir is.
    for (Path users : add(new TreeSet<>(), Path.of("/tmp"), "hsperfdata_.*")) {
      for (long process : processes) {
        add(found, users, String.valueOf(process));
      }
    }
    return found;
  }

  private static Set<Path> add(Set<Path> found, Path place, String name) throws IOException {
    if (Files.isDirectory(place)) {
      try (Stream<Path> files = Files.list(place)) {
        files.filter(file -> file.getFileName().toString().matches(name)).forEach(found::add);
      }
    }
    return found;
  }
}
