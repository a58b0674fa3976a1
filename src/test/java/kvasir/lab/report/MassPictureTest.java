package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import kvasir.attention.AttentionKind;
import kvasir.attention.AttentionMass;
import kvasir.attention.BlockShares;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.kernel.VectorKernels;
import kvasir.lab.recall.Passage;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.Reply;
import kvasir.lab.recall.TownExercise;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** The heat map of an answer of the shipped model. */
class MassPictureTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model");
  private static final int BLOCK = 64;
  private static final int POSITIONS = 900;
  private static final Pattern CELL =
      Pattern.compile(
          "class=\"cell\"[^>]*><title>layer (\\d+), head (\\d+), block (\\d+) of rank (\\d+):"
              + " ([0-9.]+)\u00a0%");

  /** A cell of the picture. */
  private record Cell(int layer, int head, int block, int rank, double percent) {}

  private static String draw(int ranks) {
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      Chat chat = Chat.of(tokenizer, "the demo model");
      return LocalWorld.run(ranks, Duration.ofSeconds(60), world -> draw(world, chat)).getFirst();
    }
  }

  private static String draw(Communicator world, Chat chat) {
    TownExercise town = TownExercise.of(3, 700, chat);
    String question = town.facts().get(4).fact().question();
    AttentionMass mass = new AttentionMass(5, 4, POSITIONS / BLOCK + 1);
    EngineSettings settings =
        new EngineSettings(
            MODEL,
            DType.BF16,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            BLOCK,
            8,
            128,
            Distribution.DEFAULT);
    try (Engine engine = new Engine(settings, world, new Activity(), POSITIONS, mass)) {
      Reading reading = new Reading(engine, chat, mass);
      reading.read(town.turn().ids(), done -> {});
      Reply reply = reading.ask(chat.question(question), 40, piece -> {});
      Ownership ownership = engine.cache().ownership();
      int blocks = engine.cache().shape().blocks(engine.cache().tokens());
      BlockShares shares = BlockShares.gather(world, mass, ownership, blocks);
      if (world.rank() > 0) {
        return "";
      }
      assertEquals(town.facts().get(4).fact().answer(), reply.text());
      List<Integer> holders =
          Passage.find(town.turn(), reply.text()).orElseThrow().blocks(engine.cache().shape());
      return new MassPicture(
              shares,
              ownership,
              BLOCK,
              new MassPicture.Answered(question, reply.text(), town.turn().ids().length, holders))
          .svg();
    }
  }

  private static List<Cell> cells(String svg) {
    List<Cell> cells = new ArrayList<>();
    Matcher matcher = CELL.matcher(svg);
    while (matcher.find()) {
      cells.add(
          new Cell(
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Integer.parseInt(matcher.group(3)),
              Integer.parseInt(matcher.group(4)),
              Double.parseDouble(matcher.group(5))));
    }
    return cells;
  }

  @Test
  void aRowIsTheWholeAttentionOfAHeadWhateverTheRanks() throws Exception {
    String alone = draw(1);
    String spread = draw(3);
    List<Cell> one = cells(alone);
    List<Cell> three = cells(spread);
    int blocks = one.getLast().block() + 1;
    assertTrue(blocks >= 11 && blocks <= 12, blocks + " blocks");
    assertEquals(5 * 4 * blocks, one.size());
    assertEquals(one.size(), three.size());
    Ownership ownership = new Ownership(8, 3);
    for (int i = 0; i < one.size(); i++) {
      Cell a = one.get(i);
      assertEquals(
          new Cell(a.layer(), a.head(), a.block(), ownership.rankOfBlock(a.block()), a.percent()),
          three.get(i));
    }
    for (int row = 0; row < 20; row++) {
      List<Cell> cells = one.subList(row * blocks, (row + 1) * blocks);
      double sum = cells.stream().mapToDouble(Cell::percent).sum();
      assertEquals(100, sum, 0.005 * blocks + 1e-4, cells.toString());
    }
    // A picture of an even share would say nothing.
    assertTrue(one.stream().anyMatch(cell -> cell.percent() > 30));
    for (String svg : List.of(alone, spread)) {
      assertStandsAlone(svg);
      assertTrue(svg.contains("here the document says the answer"));
    }
  }

  /** Refuses what is no XML, runs or refers to something outside. */
  static void assertStandsAlone(String svg) throws Exception {
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    for (String outside : List.of("<script", "href", "url(", "@import", "<image")) {
      assertFalse(svg.contains(outside), outside);
    }
  }

  @Test
  void aQuestionIsTextWhateverItHolds() throws Exception {
    MassPicture.Answered answer =
        new MassPicture.Answered("<b>&\"'\u0007\ud800?", "x ".repeat(500), 20, List.of());
    BlockShares shares = new BlockShares(1, 1, 2, new double[] {0.25, 0.75});
    String svg = new MassPicture(shares, new Ownership(2, 2), 16, answer).svg();
    assertStandsAlone(svg);
    assertTrue(svg.contains("Question: &lt;b&gt;&amp;"), svg);
    assertFalse(svg.contains("here the document says the answer"));
    assertEquals(List.of(new Cell(0, 0, 0, 0, 25), new Cell(0, 0, 1, 1, 75)), cells(svg));
  }
}
