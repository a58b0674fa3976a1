package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class MachineLoadTest {
  @Test
  void workOfThisProcessIsItsOwnAndMakesTheMachineBusy() {
    MachineLoad before = MachineLoad.now();
    long start = System.nanoTime();
    while (System.nanoTime() - start < 300_000_000) {
      Thread.onSpinWait();
    }
    MachineLoad spent = MachineLoad.now().since(before);
    assertTrue(spent.processors() >= 1);
    assertTrue(spent.ownShare() > 0 && spent.ownShare() <= 1.01, spent.toString());
    assertTrue(spent.busyShare() > 0 && spent.busyShare() <= 1, spent.toString());
    assertTrue(spent.stolenShare() >= 0 && spent.throttled() >= 0, spent.toString());
  }

  @Test
  void aMachineIsOneUnderAllItsNames() {
    assertEquals(MachineLoad.machine(), MachineLoad.machine());
    assertTrue(MachineFacts.here().sameAs(MachineFacts.here()));
    assertTrue(MachineFacts.here().memoryMiB() > 0);
  }
}
