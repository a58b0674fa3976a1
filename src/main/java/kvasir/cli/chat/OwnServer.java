package kvasir.cli.chat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kvasir.error.ClusterFailure;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.ParentWatch;

/**
 * Server that is started for one conversation and ends with it. It listens on a loopback address,
 * with a key that nobody else knows. It runs in a process of its own, which does not hear the
 * terminal's Ctrl-C, and which ends with this one however that ends.
 */
public final class OwnServer implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("^kvasir: .* at (http://\\S+/v1), .*");
  private static final String ERROR = "kvasir: error: ";
  private static final Duration ENDING = Duration.ofSeconds(10);
  private static final int KEY_BYTES = 32;

  private final String key;
  private final Path keyFile;
  private final Process process;
  private final CompletableFuture<URI> address = new CompletableFuture<>();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private volatile boolean closing;

  /**
   * Starts a server. It may take long to load its model.
   *
   * @param launcher the command that starts Kvasir
   * @param options options of {@code serve} for the model and its ranks
   * @param notes takes what the server says
   */
  public OwnServer(Path launcher, List<String> options, Consumer<String> notes) {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    key = HexFormat.of().formatHex(random);
    try {
      keyFile =
          Files.createTempFile(
              "kvasir-chat",
              ".key",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(keyFile, key);
      process = start(launcher, options);
    } catch (IOException e) {
      throw new UserError(launcher.toString(), "cannot be started: " + e.getMessage(), "see it", e);
    }
    Thread.ofVirtual().name("server-notes").start(() -> listen(notes));
  }

  private Process start(Path launcher, List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    // Of the signals of a terminal the server hears none: Ctrl-C stops an answer.
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    command.addAll(List.of(launcher.toString(), "serve", "--host", "127.0.0.1", "--port", "0"));
    command.addAll(List.of("--api-key-file", keyFile.toString(), "--max-sequences", "1"));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put(ParentWatch.WATCHED, Long.toString(ProcessHandle.current().pid()));
    return builder.start();
  }

  private void listen(Consumer<String> notes) {
    String reason = "the server has ended";
    try {
      BoundedLines lines = new BoundedLines(process.getErrorStream());
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        Matcher found = ADDRESS.matcher(line.get());
        if (found.matches()) {
          // The server has read its key. The file would stay behind if this process was killed.
          Files.deleteIfExists(keyFile);
          address.complete(URI.create(found.group(1)));
        } else if (line.get().startsWith(ERROR)) {
          reason = line.get().substring(ERROR.length());
        } else if (!closing) {
          notes.accept(line.get());
        }
      }
    } catch (IOException e) {
      reason = "the server cannot be read: " + e.getMessage();
    }
    end.complete(reason);
    address.completeExceptionally(new IllegalStateException(reason));
  }

  /**
   * Waits until the model is loaded, and returns the server's address.
   *
   * @throws UserError if the server has ended, with its reason
   * @throws ClusterFailure if it has ended because ranks are lost
   */
  public URI address() {
    try {
      return address.get();
    } catch (ExecutionException e) {
      throw ended();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Checks that the server runs.
   *
   * @throws UserError if it has ended, with its reason
   * @throws ClusterFailure if it has ended because ranks are lost
   */
  public void requireRunning() {
    if (!process.isAlive()) {
      throw ended();
    }
  }

  private RuntimeException ended() {
    String reason = end.completeOnTimeout("the server has ended", 10, TimeUnit.SECONDS).join();
    return process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join().isAlive()
            || process.exitValue() != ExitCodes.CLUSTER_FAILURE
        ? UserError.of(reason)
        : new ClusterFailure(0, -1, reason);
  }

  /** Returns the server's key. */
  public String key() {
    return key;
  }

  @Override
  public void close() {
    closing = true;
    try {
      Files.deleteIfExists(keyFile);
      process.destroy();
      if (!process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // The file holds a key of a server that ends.
      process.destroy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
