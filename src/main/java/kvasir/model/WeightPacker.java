package kvasir.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.team.Team;
import kvasir.tensor.Matrix;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * Copies matrices of a mapped checkpoint into panels on huge pages, the team sharing the work, and
 * lets the pages of the file go. A copy costs a second or so per gigabyte at the start; with it one
 * layout serves prefill and decode in one order of additions, and needs no sum across lanes.
 */
final class WeightPacker {
  private final Team team;
  private final Arena arena;

  /** Packed matrices live as long as the arena. */
  WeightPacker(Team team, Arena arena) {
    this.team = team;
    this.arena = arena;
  }

  /** {@code [outputs, inputs]}, row-major, to panels. */
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
