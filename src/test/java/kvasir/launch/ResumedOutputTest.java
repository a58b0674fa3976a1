package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ResumedOutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ResumedOutput resumed = new ResumedOutput(out::writeBytes);

  private void copy(String text) throws IOException {
    resumed.copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void eachWorldGoesOnWhereTheLastOneEnded() throws IOException {
    String text = "a long text, ünd more ".repeat(1000);
    for (int end : new int[] {0, 1, 7, 7, 3, 9000, 8193, text.length()}) {
      copy(text.substring(0, end));
    }
    assertEquals(text, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void theFirstNewTextIsNoticedOnce() throws IOException {
    AtomicInteger noticed = new AtomicInteger();
    copy("abc");
    resumed.whenNew(noticed::incrementAndGet);
    copy("abc");
    assertEquals(0, noticed.get());
    copy("abcde");
    copy("abcdefg");
    assertEquals(1, noticed.get());
    assertEquals("abcdefg", out.toString(StandardCharsets.UTF_8));
  }
}
