package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenMpiLeftoversTest {
  /** 0x7985 is the session, 0x79850001 its first job. */
  private static final String CONTACT = "2038759424.0;tcp://127.0.0.1:33481\n1\n";

  @TempDir Path temporary;
  @TempDir Path shared;

  private OpenMpiLeftovers leftovers;
  private Path sessions;

  @BeforeEach
  void own() throws IOException {
    int user = OpenMpiLeftovers.here().user();
    leftovers = new OpenMpiLeftovers(temporary, shared, "host." + user, user);
    sessions = Files.createDirectories(temporary.resolve("ompi.host." + user));
  }

  private Path session(long process) throws IOException {
    Path folder = Files.createDirectories(sessions.resolve("pid." + process + "/0/1"));
    Files.writeString(sessions.resolve("pid." + process + "/contact.txt"), CONTACT);
    return folder.getParent().getParent();
  }

  private Path segment(String job) throws IOException {
    return Files.writeString(
        shared.resolve("vader_segment." + leftovers.suffix() + "." + job + ".2"), "shared");
  }

  private static long endedProcess() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    assertEquals(0, process.waitFor());
    return process.pid();
  }

  @Test
  void aSessionThatHasEndedIsRemovedWithItsSegments() throws Exception {
    Path session = session(endedProcess());
    Path first = segment("79850001");
    Path second = segment("79850002");
    leftovers.remove();
    assertFalse(Files.exists(session));
    assertFalse(Files.exists(first));
    assertFalse(Files.exists(second));
  }

  @Test
  void whatBelongsToOthersStays() throws Exception {
    Path living = session(ProcessHandle.current().pid());
    session(endedProcess());
    Path other = segment("79860001");
    Path unnumbered = segment("x");
    leftovers.remove();
    assertTrue(Files.exists(living.resolve("contact.txt")));
    assertTrue(Files.exists(other));
    assertTrue(Files.exists(unnumbered));
  }

  @Test
  void aLinkIsRemovedButNotFollowed() throws Exception {
    Path kept = Files.writeString(shared.resolve("kept"), "kept");
    Path session = session(endedProcess());
    Files.createSymbolicLink(session.resolve("link"), shared);
    Files.delete(session.resolve("contact.txt"));
    Files.createSymbolicLink(session.resolve("contact.txt"), kept);
    leftovers.remove();
    assertFalse(Files.exists(session));
    assertTrue(Files.exists(kept));
  }

  @Test
  void aFolderOfAnotherUserIsLeftAlone() throws Exception {
    Path session = session(endedProcess());
    new OpenMpiLeftovers(temporary, shared, leftovers.suffix(), leftovers.user() + 1).remove();
    assertTrue(Files.exists(session));
  }
}
