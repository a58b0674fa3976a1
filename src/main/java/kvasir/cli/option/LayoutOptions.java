package kvasir.cli.option;

import kvasir.attention.AttentionKind;
import kvasir.tensor.StorageFormat;
import picocli.CommandLine.Option;

/**
 * The common options together with one layout and one way to compute. {@code bench} takes lists of
 * them instead.
 */
public final class LayoutOptions extends CommonOptions {
  @Option(
      names = "--ranks",
      paramLabel = "P",
      description =
          "Number of MPI ranks (processes) that share the work and the KV cache (default: 1;"
              + " with --hosts one for each slot).")
  void ranks(Integer value) {
    ranks = value;
  }

  @Option(
      names = "--threads",
      paramLabel = "T",
      description =
          "Number of threads of each rank (default: the host's processors divided by its"
              + " ranks).")
  void threads(Integer value) {
    threads = value;
  }

  @Option(
      names = "--kv-type",
      paramLabel = "TYPE",
      converter = KvType.Converter.class,
      completionCandidates = KvType.Names.class,
      description = "Element type of the KV cache: ${COMPLETION-CANDIDATES} (default: bf16).")
  void kvType(StorageFormat value) {
    kvType = value == null ? kvType : value;
  }

  @Option(
      names = "--attention",
      paramLabel = "KIND",
      description =
          "Algorithm of attention: streaming (online softmax over blocks) or standard (whole"
              + " score matrix) (default: streaming).")
  void attention(AttentionKind value) {
    attention = value == null ? attention : value;
  }
}
