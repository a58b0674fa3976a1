package kvasir.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows of query and key heads in GGUF files of Llama models (G33). */
class RowOrderTest {
  @Test
  void pairsOfARotationStandSideBySideInTheFile() {
    RowOrder order = new RowOrder.Pairs(8);
    assertEquals(
        List.of(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15),
        IntStream.range(0, 16).map(order::inFile).boxed().toList());
    assertEquals(7, RowOrder.SAME.inFile(7));
  }
}
