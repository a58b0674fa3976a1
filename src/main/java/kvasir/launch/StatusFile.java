package kvasir.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kvasir.file.WholeFile;

/** File with one rank's exit code. It is either complete or does not exist. */
public final class StatusFile {
  private StatusFile() {}

  public static void write(String directory, int rank, int code) throws IOException {
    ByteBuffer text = ByteBuffer.wrap((code + "\n").getBytes(StandardCharsets.US_ASCII));
    WholeFile.write(
        Path.of(directory, "rank-" + rank + ".exit"), channel -> WholeFile.writeAll(channel, text));
  }
}
