package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import kvasir.process.BoundedProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that begin with HTTP/2, by prior knowledge (S19): they are told to use HTTP/1.1. */
class Http2DowngradeTest {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir static Path folder;
  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = ServedDemo.start();
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  private static byte[] frame(int type, int flags, int stream, byte... content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(content.length >>> 8);
    out.writeByte(content.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(content);
    return bytes.toByteArray();
  }

  private static byte[] all(byte[]... parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.write(part);
    }
    return bytes.toByteArray();
  }

  /** Two requests, in pieces of several sizes. */
  @ParameterizedTest
  @ValueSource(ints = {1000, 40, 33, 7})
  void eachRequestIsRefusedByTheCodeForHttp1(int piece) throws IOException {
    byte[] said =
        all(
            PREFACE,
            frame(4, 0, 0, (byte) 0, (byte) 3, (byte) 0, (byte) 0, (byte) 0, (byte) 100),
            frame(1, 4, 1, (byte) 0x82, (byte) 0x84),
            frame(0, 1, 1, new byte[300]),
            frame(4, 1, 0),
            frame(1, 5, 3, (byte) 0x82));
    try (Socket socket = demo.connect()) {
      // The first bytes come together, as clients send them.
      socket.getOutputStream().write(said, 0, PREFACE.length);
      for (int at = PREFACE.length; at < said.length; at += piece) {
        socket.getOutputStream().write(said, at, Math.min(piece, said.length - at));
      }
      InputStream in = socket.getInputStream();
      String settings = "000000040000000000" + "000000040100000000";
      String refusals = "000004030000000001" + "0000000d" + "000004030000000003" + "0000000d";
      byte[] expected = HexFormat.of().parseHex(settings + refusals);
      assertArrayEquals(expected, in.readNBytes(expected.length));
      socket.getOutputStream().write(frame(7, 0, 0, new byte[8]));
      assertEquals(-1, in.read());
    }
  }

  /** Half a preface is no HTTP/2, and a client that goes on for long is cut. */
  @Test
  void otherBeginningsAreNot() throws IOException {
    try (Socket socket = demo.connect()) {
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = RawHttp.answer(socket.getInputStream());
      assertTrue(answer.startsWith("HTTP/1.1 4") || answer.startsWith("HTTP/1.1 5"), answer);
    }
    try (Socket socket = demo.connect()) {
      socket.getOutputStream().write(PREFACE);
      byte[] noise = frame(0, 0, 1, new byte[16_000]);
      boolean cut = false;
      try {
        for (int i = 0; i < 10_000; i++) {
          socket.getOutputStream().write(noise);
        }
      } catch (IOException e) {
        cut = true;
      }
      assertTrue(cut);
    }
  }

  /** curl sends a request again, with its body. */
  @Test
  void curlGetsItsAnswerByHttp1() throws IOException, InterruptedException {
    Path curl = Path.of("/usr/bin/curl");
    assumeTrue(Files.exists(curl) && features(curl).contains("HTTP2"), "skipped: no such curl");
    Path body = folder.resolve("body.json");
    Files.writeString(body, ServedDemo.text("{\"x\":\"" + "y".repeat(1 << 20) + "\"}"));
    String answer =
        run(
            curl.toString(),
            "-s",
            "--http2-prior-knowledge",
            "-d",
            "@" + body,
            "-w",
            "%{http_code} %{http_version}",
            demo.uri("/v1/completions").toString());
    assertTrue(answer.contains(ServedDemo.CONTINUATION), answer);
    assertTrue(answer.endsWith("200 1.1"), answer);
  }

  private static String features(Path curl) throws IOException, InterruptedException {
    return run(curl.toString(), "--version");
  }

  private static String run(String... words) throws IOException, InterruptedException {
    return BoundedProcess.text(new ProcessBuilder(words), Duration.ofSeconds(60), 1 << 20).out();
  }
}
