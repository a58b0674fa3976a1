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
 * Names what the cache holds after each token of a sequence: a hash over everything that decides
 * those bytes, which are the model, the shape of the cache, the kind of attention and all tokens so
 * far. Ranks and threads are no part of it.
 */
final class TokenChain {
  private final MessageDigest digest;

  private TokenChain(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * The chain before the first token.
   *
   * @param model its {@link ModelHash}
   */
  static TokenChain begin(String version, String model, CacheShape shape, AttentionKind attention) {
    MessageDigest digest = Sha256.digest();
    String all = String.join("\n", version, model, shape.toString(), attention.name(), "");
    digest.update(all.getBytes(StandardCharsets.UTF_8));
    return new TokenChain(digest);
  }

  void add(int token) {
    digest.update(Hashes.bytes(token));
  }

  /** The name of all so far; more can be added. */
  String name() {
    return HexFormat.of().formatHex(fork().digest.digest());
  }

  /** A chain that goes on from here by itself. */
  TokenChain fork() {
    try {
      return new TokenChain((MessageDigest) digest.clone());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own SHA-256 can be cloned", e);
    }
  }
}
