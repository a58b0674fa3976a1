package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import kvasir.error.UserError;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class OrderTest {
  private record Options(String model, Integer threads, int shards) {}

  private record Settings(Options engine, String stop, double temperature) {}

  private static Order order(String model, int shards, Integer threads) {
    WorldSettings world =
        new WorldSettings(
            2,
            List.of("n1", "n2", "n3"),
            true,
            false,
            Transport.MPJ,
            120,
            4,
            BindTo.NONE,
            threads,
            null,
            false,
            false);
    Options options = new Options(model, threads, shards);
    return Order.of("work", world, new Settings(options, "it's\u0000\ud83d\ude42", 0.1 + 0.2));
  }

  @Test
  void itArrivesAsItWasSentWithALongText() { // C12
    Order order = order("m", 16, 3).withText("y".repeat(21_000_000));
    String line = order.encode();
    assertFalse(line.contains("\n"));
    Order arrived = Order.decode(line);
    assertEquals(order, arrived);
    assertEquals(
        new Settings(new Options("m", 3, 16), "it's\u0000\ud83d\ude42", 0.1 + 0.2),
        arrived.settings(Settings.class));
    assertNull(Order.decode(order.withText(null).encode()).text());
  }

  @Test
  void ranksMayDifferInTheirPlacesAndNotInTheirWork() {
    assertEquals(order("m", 16, 3).common(), order("n", 16, null).withText("x").common());
    assertNotEquals(order("m", 16, 3).common(), order("m", 8, 3).common());
  }

  @Test
  void anotherVersionsOrderIsRefused() {
    UserError refusal =
        Assertions.assertThrows(UserError.class, () -> Order.decode("{\"job\":1,\"more\":2}"));
    assertTrue(refusal.getMessage().contains("the same version on every host"));
  }
}
