package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kvasir.file.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that are not Kvasir's, unchanged, against a server. Their own tests are in {@code
 * src/clients}; they are built under {@code target/clients}, once. Skipped where npm or a package
 * registry is missing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsTest {
  private static final Path SOURCES = Path.of("src/clients").toAbsolutePath();
  private static final Path BUILT = Path.of("target/clients").toAbsolutePath();
  private static final Path SCRIPTS = BUILT.resolve("javascript");
  private static final int LIMIT_MINUTES = 5;

  /** Words of npm and Maven if a registry cannot be reached. */
  private static final Pattern UNREACHABLE =
      Pattern.compile(
          "ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED|Could not transfer"
              + "|Unknown host|in offline mode|was not found in http");

  private static final String KEY = "a-key-of-tests";

  private ServedProcess server;
  private boolean javaIsBuilt;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    Files.createDirectories(BUILT);
    Path key = Files.writeString(folder.resolve("key"), KEY + "\n");
    server = ServedProcess.start("--api-key-file", key);
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  /** A command's end. */
  private record End(int code, String output) {}

  private End run(Path folder, String... command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(BUILT, "run", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(log.toFile());
    builder.environment().put("KVASIR_URL", server.base() + "/v1");
    builder.environment().put("KVASIR_KEY", KEY);
    builder.environment().put("OPENAI_API_KEY", KEY);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    String output = Files.readString(log);
    Files.delete(log);
    assertTrue(ended, String.join(" ", command) + " did not end: " + output);
    return new End(process.exitValue(), output);
  }

  /** Builds clients; skips the test if their packages cannot be had. */
  private void build(Path folder, String... command) throws IOException, InterruptedException {
    End end = run(folder, command);
    assumeFalse(
        end.code() != 0 && UNREACHABLE.matcher(end.output()).find(),
        "no packages for " + folder + ": " + end.output());
    assertEquals(0, end.code(), end.output());
  }

  private static boolean has(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Installs the packages of {@code package-lock.json}, unless they are there. */
  private void buildScripts() throws IOException, InterruptedException {
    assumeTrue(has("node") && has("npm"), "no node and npm");
    Files.createDirectories(SCRIPTS);
    Path lock = SCRIPTS.resolve("package-lock.json");
    Path wanted = SOURCES.resolve("javascript/package-lock.json");
    boolean same =
        Files.exists(SCRIPTS.resolve("installed"))
            && Files.exists(lock)
            && Files.mismatch(lock, wanted) < 0;
    try (Stream<Path> files = Files.list(SOURCES.resolve("javascript"))) {
      for (Path file : files.toList()) {
        Files.copy(file, SCRIPTS.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!same) {
      build(SCRIPTS, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
      Files.writeString(SCRIPTS.resolve("installed"), "");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "ai"})
  void clientsForJavaScript(String name) throws IOException, InterruptedException {
    buildScripts();
    End end = run(SCRIPTS, "node", "--test", "--test-reporter=tap", name + ".test.mjs");
    assertEquals(0, end.code(), end.output());
    assertFalse(end.output().contains("# tests 0"), end.output());
  }

  /** A conformance scanner. {@code /v1/responses} is not served. */
  @Test
  void compatcanary() throws IOException, InterruptedException {
    buildScripts();
    Path report = SCRIPTS.resolve("compatcanary.json");
    End end =
        run(
            SCRIPTS,
            "node_modules/.bin/compatcanary",
            "scan",
            "--base-url",
            server.base() + "/v1",
            "--model",
            "model",
            "--format",
            "json",
            "--fail-on",
            "never",
            "--output",
            report.toString());
    assertEquals(0, end.code(), end.output());
    JsonNode results = Json.read(Files.readString(report)).path("results");
    Map<String, String> found = new TreeMap<>();
    results.forEach(each -> found.put(each.path("id").asText(), each.path("status").asText()));
    // Depends on the model, whose text may fill the context without an end.
    found.remove("chat.tool_call");
    assertEquals(
        Map.of(
            "models.list", "pass",
            "chat.basic", "pass",
            "chat.streaming", "pass",
            "chat.structured_output", "pass",
            "responses.basic", "fail",
            "responses.streaming", "fail"),
        found,
        results.toPrettyString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai-java", "langchain4j", "spring-ai"})
  void clientsForJava(String name) throws IOException, InterruptedException {
    if (!javaIsBuilt) {
      build(SOURCES, "mvn", "-q", "-B", "test-compile");
      javaIsBuilt = true;
    }
    Path project = BUILT.resolve(name);
    Path classes = project.resolve("test-classes");
    End end =
        run(
            project,
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            classes + ":" + Files.readString(project.resolve("classpath")),
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--disable-banner",
            "--disable-ansi-colors",
            "--fail-if-no-tests",
            "--config=junit.jupiter.execution.timeout.default=3m",
            "--scan-classpath=" + classes);
    assertEquals(0, end.code(), end.output());
  }
}
