package kvasir.engine.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import kvasir.attention.AttentionKind;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;
import kvasir.error.UserError;
import kvasir.tensor.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests session files that are whole, incomplete or damaged. */
class SessionLogTest {
  private static final int[] TOKENS = {7, 0, 151_000, 7, -1, 42};
  private static final SessionHeader HEADER =
      header(
          "model",
          new int[] {3, 1, 4},
          new SamplingOptions(
              0.75, 40, 0.9, 0.05, -7, new Penalties(1.1, 0.5, -0.25), Map.of(3, -1.5, 9, 100.0)),
          16);

  @TempDir Path folder;
  private Path file;
  private byte[] whole;
  private int headerBytes;

  private static SessionHeader header(
      String model, int[] prompt, SamplingOptions sampling, int blockTokens) {
    return new SessionHeader(
        "1",
        model,
        prompt,
        new TokenChoice(sampling, List.of("stop", "\u00e9\n"), true),
        DType.BF16,
        AttentionKind.STREAMING,
        blockTokens,
        16);
  }

  @BeforeEach
  void writeAWholeOne() throws IOException {
    file = folder.resolve("a.session");
    try (SessionLog log = SessionLog.open(file, () -> HEADER)) {
      headerBytes = (int) Files.size(file);
      append(log, 0);
    }
    whole = Files.readAllBytes(file);
  }

  /** Appends the tokens from index {@code from} on. */
  private static void append(SessionLog log, int from) {
    for (int i = from; i < TOKENS.length; i++) {
      log.append(TOKENS[i]);
    }
  }

  private SessionLog reopen() {
    return SessionLog.open(
        file,
        () -> {
          throw new AssertionError("a session that is there does not begin");
        });
  }

  private void assertDamaged(byte[] bytes, String named) throws IOException {
    Files.write(file, bytes);
    UserError refused = assertThrows(UserError.class, this::reopen);
    assertTrue(refused.getMessage().contains("a.session"), refused.getMessage());
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
    assertArrayEquals(bytes, Files.readAllBytes(file), "what is refused is left as it is");
  }

  @Test
  void givesBackWhatWasWritten() throws IOException {
    try (SessionLog log = reopen()) {
      assertArrayEquals(TOKENS, log.tokens());
      assertEquals(HEADER.choice(), log.header().choice());
      assertArrayEquals(HEADER.prompt(), log.header().prompt());
    }
    assertArrayEquals(whole, Files.readAllBytes(file));
    assertEquals(headerBytes + TOKENS.length * TokenRecord.BYTES, whole.length);
  }

  @Test
  void leavesNothingElseBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void goesOnFromATailTornAtEveryByte() throws IOException {
    for (int length = headerBytes; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      int kept = (length - headerBytes) / TokenRecord.BYTES;
      try (SessionLog log = reopen()) {
        assertArrayEquals(Arrays.copyOf(TOKENS, kept), log.tokens(), "cut at " + length);
        append(log, kept);
      }
      assertArrayEquals(whole, Files.readAllBytes(file), "cut at " + length);
    }
  }

  @Test
  void goesOnFromADamagedTailWhicheverByteItIs() throws IOException {
    int last = whole.length - TokenRecord.BYTES;
    for (int at = last; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(file, damaged);
      try (SessionLog log = reopen()) {
        assertArrayEquals(Arrays.copyOf(TOKENS, TOKENS.length - 1), log.tokens());
        append(log, TOKENS.length - 1);
      }
      assertArrayEquals(whole, Files.readAllBytes(file));
    }
  }

  @Test
  void goesOnBeforePagesThatNeverReachedTheDisk() throws IOException {
    byte[] zeros = whole.clone();
    Arrays.fill(zeros, headerBytes + 2 * TokenRecord.BYTES, zeros.length, (byte) 0);
    Files.write(file, zeros);
    try (SessionLog log = reopen()) {
      assertArrayEquals(Arrays.copyOf(TOKENS, 2), log.tokens());
    }
  }

  @Test
  void refusesDamageBeforeSoundTokensByName() throws IOException {
    for (int at = headerBytes; at < whole.length - TokenRecord.BYTES; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x01;
      assertDamaged(damaged, "token " + (at - headerBytes) / TokenRecord.BYTES);
    }
  }

  @Test
  void refusesADamagedHeaderWhicheverByteItIs() throws IOException {
    for (int at = 0; at < headerBytes; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x04;
      assertDamaged(damaged, at < 8 ? "no session" : at < 12 ? "format" : "header");
    }
    // An empty file is not damaged: a session begins in it.
    for (int length : IntStream.of(7, 15, 16, headerBytes - 1).toArray()) {
      assertDamaged(Arrays.copyOf(whole, length), length < 16 ? "no session" : "header");
    }
  }

  @Test
  void isOpenInOnePlaceAtATime() {
    try (SessionLog log = reopen()) {
      UserError refused = assertThrows(UserError.class, this::reopen);
      assertTrue(refused.getMessage().contains("another process"), refused.getMessage());
      assertEquals(TOKENS.length, log.tokens().length);
    }
    reopen().close();
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    UserError refused =
        assertThrows(
            UserError.class, () -> SessionLog.open(folder.resolve("none/a"), () -> HEADER));
    assertTrue(refused.getMessage().contains("none/a"), refused.getMessage());
  }

  /** Writes a session of format 2, whose header has neither penalties nor bias. */
  private void writeFormat2(double temperature) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode header = mapper.valueToTree(HEADER);
    ObjectNode sampling = (ObjectNode) header.at("/choice/sampling");
    sampling.remove(List.of("penalties", "logitBias"));
    sampling.put("temperature", temperature);
    byte[] json = mapper.writeValueAsBytes(header);
    ByteBuffer bytes = ByteBuffer.allocate(16 + json.length + 4 + 2 * TokenRecord.BYTES);
    bytes.put(whole, 0, 8).putInt(2).putInt(json.length).put(json);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), 0, bytes.position());
    bytes.putInt((int) checksum.getValue());
    bytes.put(whole, headerBytes, 2 * TokenRecord.BYTES);
    Files.write(file, bytes.array());
  }

  // B37
  @Test
  void aGreedySessionOfTheOlderFormatIsResumedAndASampledOneRefused() throws IOException {
    writeFormat2(0);
    byte[] older = Files.readAllBytes(file);
    try (SessionLog log = reopen()) {
      assertArrayEquals(Arrays.copyOf(TOKENS, 2), log.tokens());
      assertEquals(new SamplingOptions(0, 40, 0.9, 0.05, -7), log.header().choice().sampling());
      append(log, 2);
    }
    assertEquals(older.length + 4 * TokenRecord.BYTES, Files.size(file));
    try (SessionLog log = reopen()) {
      assertArrayEquals(TOKENS, log.tokens());
    }
    writeFormat2(0.7);
    assertDamaged(
        Files.readAllBytes(file),
        "was begun by an older version, which draws other tokens from the same seed; begin a new"
            + " session");
  }

  @Test
  void whatDiffersIsRefusedByName() {
    SamplingOptions same = HEADER.choice().sampling();
    int[] prompt = HEADER.prompt();
    assertRefused("another model", header("other", prompt, same, 16));
    assertRefused("another prompt", header("model", new int[] {3, 1}, same, 16));
    assertRefused("--block-size 16, not --block-size 32", header("model", prompt, same, 32));
    assertRefused(
        "--seed -7, not --seed 8",
        header(
            "model",
            prompt,
            new SamplingOptions(0.75, 40, 0.9, 0.05, 8, same.penalties(), same.logitBias()),
            16));
    assertRefused(
        "--logit-bias {3=-1.5, 9=100.0}, not --logit-bias {}",
        header(
            "model",
            prompt,
            new SamplingOptions(0.75, 40, 0.9, 0.05, -7, same.penalties(), Map.of()),
            16));
    HEADER.requireSame("here", header("model", prompt.clone(), same, 16), option -> true);
  }

  private static void assertRefused(String named, SessionHeader run) {
    UserError refused =
        assertThrows(UserError.class, () -> HEADER.requireSame("here", run, option -> true));
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }

  @Test
  void anOptionThatIsNotGivenIsTheSessionsOwn() {
    SessionHeader other = header("model", HEADER.prompt(), SamplingOptions.GREEDY, 16);
    HEADER.requireSame("here", other, option -> false);
    assertFalse(other.choice().equals(HEADER.choice()));
  }
}
