package kvasir.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kvasir.measure.ProcessUser;

/**
 * Files that remain on a host after an {@code mpirun} of Open MPI 4 was killed: its session folder,
 * and the shared-memory segments of its ranks, which would occupy memory until the machine is
 * restarted. A session is {@code ompi.HOST.USER/pid.PROCESS}; its {@code contact.txt} begins with
 * the number of its jobs. A segment is {@code vader_segment.HOST.USER.JOB.RANK}, with the job in
 * hexadecimal.
 *
 * @param temporary folder of the sessions
 * @param shared folder of the segments
 * @param suffix {@code HOST.USER}
 * @param user number of this process's user; files of other users are not touched
 */
record OpenMpiLeftovers(Path temporary, Path shared, String suffix, int user) {
  private static final Pattern SESSION = Pattern.compile("pid\\.(\\d{1,9})");
  private static final Pattern CONTACT = Pattern.compile("(\\d{1,10})\\.");

  /**
   * Number of bits by which a job's number is shifted to the right to get the number of its
   * session.
   */
  private static final int SESSION_SHIFT = 16;

  /** Returns the leftovers of this user on this host. */
  static OpenMpiLeftovers here() throws IOException {
    String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().split("\\.", 2)[0];
    int user = ProcessUser.id();
    Path temporary =
        Stream.of("TMPDIR", "TEMP", "TMP")
            .map(System::getenv)
            .filter(folder -> folder != null && !folder.isEmpty())
            .findFirst()
            .map(Path::of)
            .orElse(Path.of("/tmp"));
    return new OpenMpiLeftovers(temporary, Path.of("/dev/shm"), host + "." + user, user);
  }

  /** Removes the files of all sessions whose {@code mpirun} does not run any more. */
  void remove() throws IOException {
    Path sessions = temporary.resolve("ompi." + suffix);
    for (Path session : list(sessions, "pid.")) {
      Matcher process = SESSION.matcher(session.getFileName().toString());
      if (process.matches() && ProcessHandle.of(Long.parseLong(process.group(1))).isEmpty()) {
        OptionalLong number = number(session);
        if (number.isPresent()) {
          removeSegments(number.getAsLong());
        }
        removeAll(session);
      }
    }
  }

  private void removeSegments(long session) throws IOException {
    for (Path segment : list(shared, "vader_segment." + suffix + ".")) {
      String[] words = segment.getFileName().toString().split("\\.", -1);
      String job = words[words.length - 2];
      boolean own = job.matches("[0-9a-f]{1,8}") && owner(segment) == user;
      if (own && Long.parseLong(job, 16) >>> SESSION_SHIFT == session) {
        Files.deleteIfExists(segment);
      }
    }
  }

  private static OptionalLong number(Path session) throws IOException {
    Path contact = session.resolve("contact.txt");
    if (!Files.isRegularFile(contact, LinkOption.NOFOLLOW_LINKS)) {
      return OptionalLong.empty();
    }
    Matcher begin = CONTACT.matcher(Files.readString(contact, StandardCharsets.ISO_8859_1));
    return begin.lookingAt()
        ? OptionalLong.of(Long.parseLong(begin.group(1)) >>> SESSION_SHIFT)
        : OptionalLong.empty();
  }

  /**
   * Returns the files of a folder whose names have a prefix; none if the folder belongs to another
   * user or is not a folder.
   */
  private List<Path> list(Path folder, String prefix) throws IOException {
    boolean usable =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && (folder.equals(shared) || owner(folder) == user);
    if (!usable) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private static void removeAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static int owner(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }
}
