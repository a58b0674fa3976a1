package kvasir.lab.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Traffic;
import kvasir.file.Json;
import kvasir.measure.JvmWork;
import kvasir.measure.MachineLoad;
import kvasir.measure.StepClock;

/**
 * The report of one rank on the timed runs of a test, which it sends to rank 0.
 *
 * @param place place of the rank
 * @param process process id; ranks in one process have the same
 * @param threads number of threads of its team
 * @param times time by cause, of all runs together
 * @param traffic messages of all runs together
 * @param jvm garbage collection and compilation meanwhile
 * @param load load of its machine meanwhile
 * @param peakBytes peak of resident memory; 0 if not recorded
 */
record RankReport(
    RankPlace place,
    long process,
    int threads,
    StepClock.Times times,
    Traffic traffic,
    JvmWork jvm,
    MachineLoad load,
    long peakBytes) {
  /**
   * Sends the reports to rank 0. All ranks call it; rank 0 gets all reports in the order of ranks,
   * the others an empty list.
   */
  static List<RankReport> gather(Communicator world, RankReport report) {
    byte[] text = Json.bytes(report);
    long[] lengths = Collectives.allGather(world, new long[] {text.length});
    long[] starts = new long[world.size() + 1];
    for (int rank = 0; rank < lengths.length; rank++) {
      starts[rank + 1] = starts[rank] + lengths[rank];
    }
    byte[] all = new byte[Math.toIntExact(starts[world.size()])];
    System.arraycopy(text, 0, all, (int) starts[world.rank()], text.length);
    Collectives.gather(world, MemorySegment.ofArray(all), starts);
    List<RankReport> reports = new ArrayList<>();
    for (int rank = 0; world.rank() == 0 && rank < world.size(); rank++) {
      reports.add(parse(Arrays.copyOfRange(all, (int) starts[rank], (int) starts[rank + 1])));
    }
    return reports;
  }

  private static RankReport parse(byte[] text) {
    try {
      return Json.read(new String(text, StandardCharsets.UTF_8), RankReport.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a rank's report cannot be read", e);
    }
  }
}
