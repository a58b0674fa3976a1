package kvasir.text;

/**
 * Decoder for tokenizers whose tokens each stand for bytes of their own. It looks at each token
 * once and keeps only the bytes of the last, incomplete character.
 */
final class ByteDecoder implements IncrementalDecoder {
  private final Vocabulary vocabulary;
  private final TokenBytes tokenBytes;
  private final Utf8Stream characters;
  private boolean begun;
  private int toStrip;

  ByteDecoder(Vocabulary vocabulary, TokenBytes tokenBytes, int[] context) {
    this.vocabulary = vocabulary;
    this.tokenBytes = tokenBytes;
    this.characters = new Utf8Stream(tokenBytes.malformed());
    this.toStrip = tokenBytes.stripped();
    for (int id : context) {
      next(id);
    }
    characters.disown();
  }

  @Override
  public String next(int id) {
    StringBuilder text = new StringBuilder();
    byte[] known = vocabulary.bytes().get(id);
    if (known != null) {
      add(known, text);
    } else {
      vocabulary.spelling(id).ifPresent(spelling -> add(tokenBytes.of(spelling, !begun), text));
    }
    return text.toString();
  }

  private void add(byte[] bytes, StringBuilder text) {
    for (byte b : bytes) {
      if (toStrip > 0 && b == tokenBytes.strip()) {
        toStrip--;
      } else {
        toStrip = 0;
        characters.add(b, text);
      }
    }
    begun = true;
  }

  @Override
  public String finish() {
    StringBuilder text = new StringBuilder();
    characters.flush(text);
    return text.toString();
  }
}
