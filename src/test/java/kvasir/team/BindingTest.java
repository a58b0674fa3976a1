package kvasir.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BindingTest {
  private static String text(Binding binding) {
    return binding.members().stream().map(Binding::text).toList().toString();
  }

  @Test
  void processorsAreWrittenAsLinuxWritesThem() {
    for (String text : List.of("", "0", "0-3", "0-3,8", "1,3,5-6,64-127")) {
      assertEquals(text, Binding.text(Binding.parse(text + "\n")));
    }
  }

  @Test
  void ranksGetRunsOfCoresAndThreadsOneEach() {
    BitSet eight = Binding.parse("0-3,8-11");
    assertEquals("[0, 1, 2, 3]", text(Binding.cores(eight, 2, 0, 4)));
    assertEquals("[8, 9, 10, 11]", text(Binding.cores(eight, 2, 1, 4)));
    assertEquals("[2, 3, 8]", text(Binding.cores(eight, 3, 1, 3)));
    assertEquals("[0, 1, 0]", text(Binding.cores(eight, 4, 0, 3)));
  }

  @Test
  void moreRanksThanCoresShareThem() {
    BitSet two = Binding.parse("4-5");
    for (int rank = 0; rank < 5; rank++) {
      assertEquals(rank < 3 ? "[4]" : "[5]", text(Binding.cores(two, 5, rank, 1)), "rank " + rank);
    }
  }

  @Test
  void ranksGetNodes() {
    List<BitSet> nodes = List.of(Binding.parse("0-1"), Binding.parse("2-3"));
    assertEquals("[0-1, 0-1]", text(Binding.nodes(nodes, 2, 0, 2)));
    assertEquals("[2-3]", text(Binding.nodes(nodes, 4, 3, 1)));
    assertEquals("[0-3]", text(Binding.nodes(nodes, 1, 0, 1)));
  }

  @Test
  void membersRunWhereTheyAreBound() throws InterruptedException {
    Assumptions.assumeTrue(CpuAffinity.supported(), "this system binds no threads");
    BitSet allowed = CpuAffinity.get();
    Binding binding = Binding.cores(allowed, 1, 0, Math.min(4, allowed.cardinality()));
    Set<String> seen = new ConcurrentSkipListSet<>();
    // On a thread of its own, since the caller is bound too.
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Team team = ThreadTeam.of(binding.members().size(), binding)) {
                    team.run((member, members) -> seen.add(Binding.text(CpuAffinity.get())));
                  }
                });
    caller.join();
    assertEquals(binding.members().size(), seen.size(), seen.toString());
    assertTrue(binding.members().stream().map(Binding::text).allMatch(seen::contains));
    assertEquals(allowed, CpuAffinity.get());
  }
}
