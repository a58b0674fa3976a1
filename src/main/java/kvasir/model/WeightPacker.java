package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.team.Team;
import kvasir.tensor.Matrix;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * Packer that copies matrices of a mapped checkpoint into panels on huge pages, with the work
 * divided among the team, and then drops the pages of the file. The copy takes about a second per
 * gigabyte at the start. In return one layout serves prefill and decode with one order of
 * additions, and no sum runs across lanes.
 */
final class WeightPacker {
  private final Team team;
  private final Arena arena;

  /** Creates a packer whose matrices live as long as the arena. */
  WeightPacker(Team team, Arena arena) {
    this.team = team;
    this.arena = arena;
  }

  /** Packs a row-major matrix {@code [outputs, inputs]} into panels {@code [inputs, outputs]}. */
  Panels pack(Matrix source) {
    long bytes = Panels.bytes(source.type(), source.columns(), source.rows());
    MemorySegment memory = OffHeap.allocate(arena, bytes);
    Panels target = new Panels(source.type(), memory, 0, source.columns(), source.rows());
    team.run(
        (member, members) ->
            target.pack(
                source,
                Split.start(target.count(), members, member),
                Split.start(target.count(), members, member + 1)));
    OffHeap.dropPages(source.data(), source.offset(), source.byteSize());
    return target;
  }
}
