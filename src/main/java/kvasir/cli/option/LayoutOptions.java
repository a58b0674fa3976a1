package kvasir.cli.option;

import kvasir.attention.AttentionKind;
import kvasir.tensor.DType;
import picocli.CommandLine.Option;

/** The common options with one layout and one way to compute; {@code bench} takes several. */
public final class LayoutOptions extends CommonOptions {
  @Option(
      names = "--ranks",
      paramLabel = "P",
      description =
          "MPI ranks that the KV cache is dealt out over (default: 1; with --hosts one on each"
              + " slot).")
  void ranks(Integer value) {
    ranks = value;
  }

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Threads of each rank (default: processors / ranks of the host).")
  void threads(Integer value) {
    threads = value;
  }

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      description = "Element type of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  void kvType(DType value) {
    kvType = value == null ? kvType : value;
  }

  @Option(
      names = "--attention",
      paramLabel = "KIND",
      description =
          "streaming (online softmax) or standard (whole score matrix); default streaming.")
  void attention(AttentionKind value) {
    attention = value == null ? attention : value;
  }
}
