package kvasir.engine.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import kvasir.attention.AttentionKind;
import kvasir.cache.CacheShape;
import kvasir.file.Hashes;
import kvasir.file.Sha256;
import kvasir.weights.ModelHash;

/**
 * A name for the content of the cache after each token of a sequence. It is a hash over everything
 * that decides this content: the model, the shape of the cache, the kind of attention and all
 * tokens so far. Ranks and threads are not part of it.
 */
final class TokenChain {
  private final MessageDigest digest;

  private TokenChain(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * Returns the chain before the first token.
   *
   * @param version version of Kvasir
   * @param model the model's {@link ModelHash}
   */
  static TokenChain begin(String version, String model, CacheShape shape, AttentionKind attention) {
    MessageDigest digest = Sha256.digest();
    String all = String.join("\n", version, model, shape.toString(), attention.name(), "");
    digest.update(all.getBytes(StandardCharsets.UTF_8));
    return new TokenChain(digest);
  }

  /** Appends a token. */
  void add(int token) {
    digest.update(Hashes.bytes(token));
  }

  /** Returns the name of the cache's content up to the last token; further tokens can be added. */
  String name() {
    return HexFormat.of().formatHex(fork().digest.digest());
  }

  /** Returns a copy of this chain, to which other tokens can be added. */
  TokenChain fork() {
    try {
      return new TokenChain((MessageDigest) digest.clone());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own SHA-256 can be cloned", e);
    }
  }
}
