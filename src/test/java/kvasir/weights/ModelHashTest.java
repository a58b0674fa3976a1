package kvasir.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kvasir.EditedModel;
import kvasir.file.ContentHash;
import kvasir.file.HashCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hash of a model, and the cache of hashes. */
class ModelHashTest {
  @TempDir Path folder;

  private static String hash(Path model) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return new ModelHash(Optional.empty()).of(checkpoint);
    }
  }

  @Test
  void everyWeightCounts() throws IOException {
    EditedModel model = EditedModel.golden("llama-bias-sharded", folder.resolve("model"));
    String before = hash(model.folder());
    for (String shard :
        List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
      byte[] whole = Files.readAllBytes(model.folder().resolve(shard));
      byte[] changed = whole.clone();
      // Behind the first bytes of each tensor.
      changed[whole.length - 3] ^= 1;
      model.bytes(shard, changed);
      assertNotEquals(before, hash(model.folder()), shard);
      model.bytes(shard, whole);
    }
    assertEquals(before, hash(model.folder()));
    model.text("tokenizer.json", "{}");
    assertNotEquals(before, hash(model.folder()));
  }

  @Test
  void aChangeInAnyChunkShows() throws IOException {
    Path file = folder.resolve("file");
    byte[] bytes = new byte[(1 << 18) * 2 + 5];
    Files.write(file, bytes);
    byte[] before = ContentHash.of(file);
    for (int place : new int[] {0, (1 << 18) - 1, 1 << 18, bytes.length - 1}) {
      bytes[place] = 1;
      Files.write(file, bytes);
      assertNotEquals(hex(before), hex(ContentHash.of(file)), "byte " + place);
      bytes[place] = 0;
    }
    Files.write(file, bytes);
    assertArrayEquals(before, ContentHash.of(file));
    Files.write(file, new byte[bytes.length + 1]);
    assertNotEquals(hex(before), hex(ContentHash.of(file)));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Number of times that a hash has been computed. */
  private final AtomicInteger computed = new AtomicInteger();

  private byte[] get(HashCache cache, Path file) throws IOException {
    return cache.get(
        file,
        f -> {
          computed.incrementAndGet();
          return ContentHash.of(f);
        });
  }

  @Test
  void aHashIsComputedOnceUntilTheFileChanges() throws IOException {
    HashCache cache = new HashCache(folder.resolve("cache/hashes"), Duration.ZERO);
    Path file = Files.writeString(folder.resolve("file"), "one");
    byte[] one = get(cache, file);
    assertArrayEquals(one, get(cache, file));
    assertEquals(1, computed.get());
    Files.writeString(file, "two");
    assertNotEquals(hex(one), hex(get(cache, file)));
    assertEquals(2, computed.get());
    // Another file under the same name, of the same size and time.
    Path other = Files.writeString(folder.resolve("other"), "one");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertArrayEquals(one, get(cache, file));
    assertEquals(3, computed.get());
  }

  @Test
  void aFileThatWasJustChangedIsNotKept() throws IOException {
    HashCache cache = new HashCache(folder.resolve("hashes"), Duration.ofHours(1));
    Path file = Files.writeString(folder.resolve("file"), "one");
    get(cache, file);
    get(cache, file);
    assertEquals(2, computed.get());
  }

  @Test
  void damagedEntriesAreComputedAgain() throws IOException {
    HashCache cache = new HashCache(folder.resolve("hashes"), Duration.ZERO);
    Path file = Files.writeString(folder.resolve("file"), "one");
    byte[] right = get(cache, file);
    Path entry;
    try (Stream<Path> entries = Files.list(cache.folder())) {
      entry = entries.findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(entry);
    for (int place = 0; place < whole.length; place += 7) {
      byte[] damaged = whole.clone();
      damaged[place] ^= 1;
      Files.write(entry, damaged);
      assertArrayEquals(right, get(cache, file), "byte " + place);
    }
    Files.write(entry, new byte[1 << 20]);
    assertArrayEquals(right, get(cache, file));
    assertArrayEquals(whole, Files.readAllBytes(entry));
  }

  @Test
  void aCacheThatCannotBeWrittenCostsTheTimeAlone() throws IOException {
    Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
    HashCache cache = new HashCache(blocked.resolve("hashes"), Duration.ZERO);
    Path file = Files.writeString(folder.resolve("file"), "one");
    assertArrayEquals(ContentHash.of(file), get(cache, file));
  }

  @Test
  void ofManyAtOnceOneComputes() throws Exception {
    HashCache cache = new HashCache(folder.resolve("hashes"), Duration.ZERO);
    Path file = Files.writeString(folder.resolve("file"), "one");
    byte[] right = ContentHash.of(file);
    CountDownLatch inside = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    List<byte[]> hashes = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      boolean first = i == 0;
      all.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  if (!first) {
                    inside.await();
                  }
                  hashes.add(
                      cache.get(
                          file,
                          f -> {
                            inside.countDown();
                            computed.incrementAndGet();
                            return ContentHash.of(f);
                          }));
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertEquals(4, hashes.size());
    hashes.forEach(hash -> assertArrayEquals(right, hash));
    assertEquals(1, computed.get());
  }
}
