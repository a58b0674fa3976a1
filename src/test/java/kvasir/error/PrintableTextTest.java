package kvasir.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTextTest {
  @Test
  void aMessageStaysOneLine() {
    assertEquals("a b c", PrintableText.message("a\r\nb\u0000\u001b\u202e\u2028c"));
    assertEquals("größer, 🙂", PrintableText.message("größer, 🙂"));
  }

  @Test
  void aNameKeepsItsLength() {
    assertEquals("a??b?c?", PrintableText.name("a\r\nb\u200bc\ud83d"));
    assertEquals("größer, 🙂", PrintableText.name("größer, 🙂"));
  }
}
