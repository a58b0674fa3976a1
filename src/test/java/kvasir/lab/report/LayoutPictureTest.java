package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import kvasir.attention.MergePlan;
import kvasir.cache.Ownership;
import kvasir.tensor.Shares;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The picture of a layout: what it shows, and the one in {@code docs}. */
class LayoutPictureTest {
  /** The command that draws the file in {@code docs}. */
  private static final String COMMAND =
      "launch/kvasir inspect --model experiments/demo-model/model --ranks 4 --shards 8"
          + " --context 1024 --picture docs/blocks-ranks-tree.svg";

  private static long count(String svg, String pattern) {
    return Pattern.compile(pattern).matcher(svg).results().count();
  }

  @Test
  void theShippedPictureIsWhatTheProgramDraws() throws IOException {
    String drawn = new LayoutPicture(new Ownership(8, 4), 16, 64).svg();
    assertEquals(
        drawn, Files.readString(Path.of("docs/blocks-ranks-tree.svg")), "draw it by " + COMMAND);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,16,40", "4,8,16", "3,16,100", "9,64,500", "16,16,20"})
  void itHasEveryMergeEveryMessageAndEveryShard(int ranks, int shards, int blocks)
      throws Exception {
    Ownership ownership = new Ownership(shards, ranks);
    String svg = new LayoutPicture(ownership, blocks, 256).svg();
    MassPictureTest.assertStandsAlone(svg);
    long messages = MergePlan.of(ownership).steps().stream().filter(s -> s.message()).count();
    assertEquals(shards - 1, count(svg, "<title>merged on rank "));
    assertEquals(messages, count(svg, "with a message from rank "));
    assertEquals(shards, count(svg, "<title>shard \\d+ of rank "));
    int drawn = Math.min(blocks, 4 * shards);
    assertEquals(drawn, count(svg, "<title>block \\d+ of shard "));
    String rest = "and " + (blocks - drawn) + " more blocks";
    assertEquals(blocks > drawn, svg.contains(rest));
  }

  @Test
  void emptyShardsAreShownAndSendNothing() throws Exception {
    Ownership ownership = new Ownership(4, new Shares(List.of(2, 1, 1)));
    String svg = new LayoutPicture(ownership, 1, 16).svg();
    MassPictureTest.assertStandsAlone(svg);
    assertEquals(3, count(svg, "blocks none"));
    assertEquals(0, count(svg, "with a message"));
    assertTrue(svg.contains(">1 block of 16 tokens"), svg);
  }
}
