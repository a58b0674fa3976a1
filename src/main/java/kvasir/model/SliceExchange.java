package kvasir.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.MessageBuffer;
import kvasir.measure.StepClock;
import kvasir.team.Team;
import kvasir.tensor.Split;

/**
 * Exchange that completes activations of which each rank has computed a slice, for one or several
 * layers at once. In the message buffer a rank's part is {@code [layer][tokens, the rank's
 * outputs]}. Not thread-safe.
 */
final class SliceExchange {
  /** Number of tokens below which one thread copies faster than a team starts. */
  private static final int FEW_TOKENS = 8;

  private final Communicator world;
  private final Team team;
  private final List<OutputSlices> layers;
  private final long[] widths;
  private final long[] starts;
  private final MessageBuffer buffer = new MessageBuffer();
  private final Team.Body packing = (member, members) -> copy(member, members, true);
  private final Team.Body unpacking = (member, members) -> copy(member, members, false);

  private MemorySegment room = MemorySegment.NULL;
  private float[][] activations;
  private int tokens;

  /** Creates the exchange of layers that are exchanged together. */
  SliceExchange(Communicator world, Team team, OutputSlices... layers) {
    this.world = world;
    this.team = team;
    this.layers = List.of(layers);
    this.widths = new long[world.size()];
    Arrays.setAll(widths, rank -> this.layers.stream().mapToLong(l -> l.count(rank)).sum());
    this.starts = new long[world.size() + 1];
  }

  /**
   * Returns the bytes of a decoder's message buffers and of the transport's copies. In each round
   * of an exchange at most half of a buffer is sent and half received, so the copies of the largest
   * buffer count once.
   *
   * @param tokens number of tokens in a batch
   * @param logitRows number of rows of logits that are gathered at once
   */
  static long bytes(ModelConfig config, int ranks, int tokens, int logitRows) {
    if (ranks == 1) {
      return 0;
    }
    long projections = (config.heads() + 2L * config.kvHeads()) * config.headDim();
    long inner = config.intermediateSize();
    long layers = tokens * (projections + config.hiddenSize() + inner);
    long logits = (long) logitRows * config.vocabulary();
    long largest = Math.max(tokens * Math.max(projections, inner), logits);
    return Float.BYTES * (layers + logits + largest);
  }

  /**
   * Copies all slices to every rank. Every rank must call it.
   *
   * @param activations of each layer {@code [tokens, outputs]}; this rank's slice is read, the
   *     others are overwritten
   */
  void allGather(int tokens, float[]... activations) {
    if (world.size() > 1) {
      StepClock.Part before = team.clock().enter(StepClock.Part.PACK);
      begin(tokens, activations);
      run(packing);
      Collectives.allGather(world, room, starts);
      run(unpacking);
      team.clock().enter(before);
    }
  }

  /**
   * Copies all slices to rank 0. Every rank must call it.
   *
   * @param activations of each layer {@code [tokens, outputs]}; this rank's slice is read, the
   *     others are overwritten on rank 0
   */
  void gather(int tokens, float[]... activations) {
    if (world.size() > 1) {
      StepClock.Part before = team.clock().enter(StepClock.Part.PACK);
      begin(tokens, activations);
      run(packing);
      Collectives.gather(world, room, starts);
      if (world.rank() == 0) {
        run(unpacking);
      }
      team.clock().enter(before);
    }
  }

  private void begin(int tokens, float[][] activations) {
    this.tokens = tokens;
    this.activations = activations;
    for (int rank = 0; rank < widths.length; rank++) {
      starts[rank + 1] = starts[rank] + widths[rank] * tokens * Float.BYTES;
    }
    room = buffer.room(starts[world.size()]);
  }

  private void run(Team.Body copying) {
    if (tokens < FEW_TOKENS) {
      copying.run(0, 1);
    } else {
      team.run(copying);
    }
  }

  /**
   * Copies a member's share of the tokens: from this rank's slice to the buffer, or from the buffer
   * to all other slices.
   */
  private void copy(int member, int members, boolean pack) {
    int from = Split.start(tokens, members, member);
    int to = Split.start(tokens, members, member + 1);
    for (int rank = 0; rank < world.size(); rank++) {
      if ((rank == world.rank()) == pack) {
        copyRank(rank, from, to, pack);
      }
    }
  }

  private void copyRank(int rank, int from, int to, boolean pack) {
    long layerOffset = starts[rank];
    for (int i = 0; i < activations.length; i++) {
      OutputSlices layer = layers.get(i);
      int count = layer.count(rank);
      for (int token = from; token < to; token++) {
        int place = token * layer.width() + layer.first(rank);
        long offset = layerOffset + (long) token * count * Float.BYTES;
        if (pack) {
          MemorySegment.copy(activations[i], place, room, ValueLayout.JAVA_FLOAT, offset, count);
        } else {
          MemorySegment.copy(room, ValueLayout.JAVA_FLOAT, offset, activations[i], place, count);
        }
      }
      layerOffset += (long) tokens * count * Float.BYTES;
    }
  }
}
