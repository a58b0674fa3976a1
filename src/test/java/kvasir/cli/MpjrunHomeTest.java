package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** M2: {@code launch/mpjrun} for a user who has no home and may not write to the checkout. */
class MpjrunHomeTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final String USER = "12345";

  @TempDir Path folder;

  private Launch.Result asUser(String... variables) {
    List<String> words =
        new ArrayList<>(List.of("--reuid=" + USER, "--regid=" + USER, "--clear-groups", "env"));
    words.add("HOME=/nonexistent");
    words.addAll(List.of(variables));
    words.add(Path.of("launch/mpjrun").toAbsolutePath().toString());
    words.addAll(List.of("-np", "2", "generate", "--model", MODEL.toString()));
    words.addAll(List.of("--tokens", "1,5", "--max-new-tokens", "4"));
    return Launch.run("/usr/bin/setpriv", words.toArray());
  }

  private void needAnotherUser() {
    boolean reads =
        Launch.run(
                    "/usr/bin/env",
                    "setpriv",
                    "--reuid=" + USER,
                    "--regid=" + USER,
                    "--clear-groups",
                    "cat",
                    MODEL.resolve("config.json"))
                .code()
            == 0;
    Assumptions.assumeTrue(reads, "not root, or a checkout that others may not read");
  }

  @Test
  void runsWhereItsFilesMayBe() throws IOException {
    needAnotherUser();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path state = Files.createDirectory(folder.resolve("state"));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
    Launch.Result result = asUser("KVASIR_STATE=" + state);
    assertEquals(0, result.code(), result.err());
    assertEquals("27 27 27 27", result.out().strip());
  }

  @Test
  void saysWhereNoneMayBe() {
    needAnotherUser();
    asUser("TMPDIR=/nonexistent", "XDG_CACHE_HOME=/nonexistent")
        .assertRefused("cannot be written; set KVASIR_STATE to a folder");
  }
}
