package kvasir.lab.report;

import static kvasir.lab.report.Drawing.look;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import kvasir.attention.BlockShares;
import kvasir.cache.Ownership;
import kvasir.lab.report.Drawing.Anchor;

/**
 * A heat map of the attention of one answer, with a row for each head of each layer and a column
 * for each KV block. The ranks that own the blocks are shown above them.
 *
 * @param shares attention mass of the tokens of the answer, by block
 * @param blockTokens number of tokens in a block
 * @param answer the question and its answer
 */
public record MassPicture(
    BlockShares shares, Ownership ownership, int blockTokens, Answered answer) {

  /**
   * A question and its answer.
   *
   * @param documentTokens number of tokens of the document before the question
   * @param holders blocks in which the document states the answer; empty if it does not state it in
   *     these words
   */
  public record Answered(String question, String text, int documentTokens, List<Integer> holders) {}

  private static final int LEFT = 86;
  private static final int RIGHT = 24;
  private static final int TEXT = 15;
  private static final int SMALL = 13;
  private static final int MOST_CHARACTERS = 240;
  private static final double STRIP = 20;
  private static final double LAYER_GAP = 4;

  /** Returns the picture as the text of an SVG file. */
  public String svg() {
    double cell = Math.clamp(560.0 / shares.blocks(), 6, 44);
    int width = LEFT + RIGHT + (int) Math.ceil(Math.max(460, cell * shares.blocks()));
    Drawing drawing = new Drawing(width);
    double y = heading(drawing);
    y = amounts(drawing, y + 8);
    Grid grid = new Grid(drawing, cell, rowHeight(), y + 44);
    grid.draw();
    double end = new RankLegend(drawing, ownership, shares.blocks()).draw(16, grid.end() + 14);
    return drawing.svg(end + 18, "Attention mass by KV block while the answer was decoded");
  }

  private double rowHeight() {
    return Math.clamp(640.0 / (shares.layers() * shares.heads()), 5, 18);
  }

  private double heading(Drawing drawing) {
    drawing.text(
        16,
        32,
        19,
        Anchor.START,
        look("font-weight", "600"),
        "Where the model looked for the answer");
    double y = drawing.paragraph(16, 60, TEXT, look(), "Question: " + cut(answer.question()));
    y = drawing.paragraph(16, y, TEXT, look(), "Answer: " + cut(answer.text()));
    return drawing.paragraph(
        16,
        y + 6,
        SMALL,
        look("fill-opacity", "0.75"),
        "Attention mass: the share of its attention that a head of the model gave to each block of"
            + " the text while the tokens of the answer were chosen, as a mean over these tokens."
            + " Each row adds up to 100 %.");
  }

  private static String cut(String text) {
    String line = text.strip();
    return line.codePointCount(0, line.length()) <= MOST_CHARACTERS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, MOST_CHARACTERS)) + "...";
  }

  /** Draws the legend of the shades. */
  private static double amounts(Drawing drawing, double y) {
    double x = 16;
    for (int step = 0; step < Drawing.SHADES; step++) {
      int from = step == 0 ? 0 : 1 << (step - 1);
      String name =
          step == 0 ? "under 1%" : step + 1 < Drawing.SHADES ? from + "%" : from + "% or more";
      drawing.rectangle(x, y, 18, 14, shade(from / 100.0), "");
      drawing.text(x + 23, y + 12, SMALL, Anchor.START, name);
      x += 23 + Drawing.width(name, SMALL) + 12;
    }
    return y + 14;
  }

  /**
   * Returns the look of a share. Shares below 1 % have the first shade; each further shade begins
   * at twice the share of the one before.
   */
  private static Map<String, String> shade(double share) {
    int step = 0;
    while (step + 1 < Drawing.SHADES && 100 * share >= 1 << step) {
      step++;
    }
    return look("fill", Drawing.shade(step));
  }

  /** The cells of the heat map and the labels around them. */
  private final class Grid {
    private final Drawing drawing;
    private final double cell;
    private final double row;
    private final double top;

    private Grid(Drawing drawing, double cell, double row, double top) {
      this.drawing = drawing;
      this.cell = cell;
      this.row = row;
      this.top = top;
    }

    private double x(int block) {
      return LEFT + block * cell;
    }

    private double y(int layer, int head) {
      return top + STRIP + 8 + (layer * shares.heads() + head) * row + layer * LAYER_GAP;
    }

    private double bottom() {
      return y(shares.layers() - 1, shares.heads());
    }

    private double end() {
      return bottom() + 62;
    }

    private void draw() {
      owners();
      names();
      for (int layer = 0; layer < shares.layers(); layer++) {
        for (int head = 0; head < shares.heads(); head++) {
          cells(layer, head);
        }
      }
      holders();
      axis();
    }

    private void owners() {
      drawing.text(LEFT - 8, top + 15, SMALL, Anchor.END, "rank");
      for (int block = 0; block < shares.blocks(); block++) {
        int rank = ownership.rankOfBlock(block);
        String tip = "block " + block + " is on rank " + rank;
        drawing.rectangle(x(block) + 0.5, top, cell - 1, STRIP, RankLegend.tint(rank), tip);
        if (cell >= Drawing.width(String.valueOf(rank), SMALL) + 3) {
          drawing.text(x(block) + cell / 2, top + 15, SMALL, Anchor.MIDDLE, "" + rank);
        }
      }
    }

    private void names() {
      drawing.text(
          16,
          (y(0, 0) + bottom()) / 2,
          TEXT,
          Anchor.MIDDLE,
          look("transform", "rotate(-90 16 " + (y(0, 0) + bottom()) / 2 + ")", "dy", "5"),
          "layer, and its heads");
      for (int layer = 0; layer < shares.layers(); layer++) {
        double middle = (y(layer, 0) + y(layer, shares.heads())) / 2;
        drawing.text(
            LEFT - 32, middle + 5, TEXT, Anchor.END, look("font-weight", "600"), "" + layer);
        for (int head = 0; row >= 11 && head < shares.heads(); head++) {
          drawing.text(
              LEFT - 8,
              y(layer, head) + row / 2 + 4,
              11,
              Anchor.END,
              look("fill-opacity", "0.75"),
              "" + head);
        }
      }
    }

    private void cells(int layer, int head) {
      for (int block = 0; block < shares.blocks(); block++) {
        double share = shares.share(layer, head, block);
        Map<String, String> look = shade(share);
        look.put("class", "cell");
        String tip =
            "layer %d, head %d, block %d of rank %d: %s"
                .formatted(
                    layer,
                    head,
                    block,
                    ownership.rankOfBlock(block),
                    String.format(Locale.ROOT, "%.2f %%", 100 * share));
        drawing.rectangle(x(block) + 0.5, y(layer, head), cell - 1, row - 1, look, tip);
      }
    }

    /** Draws a frame around the blocks that hold the answer. */
    private void holders() {
      if (answer.holders().isEmpty()) {
        return;
      }
      for (int block : answer.holders()) {
        drawing.rectangle(
            x(block) - 0.5,
            top - 3,
            cell + 1,
            bottom() - top + 5,
            look("fill", "none", "stroke", Drawing.INK, "stroke-width", "2"),
            "");
      }
      label(answer.holders(), top - 12, "here the document says the answer");
    }

    private void axis() {
      int step =
          IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500)
              .filter(s -> s * cell >= 26)
              .findFirst()
              .orElse(1000);
      for (int block = 0; block < shares.blocks(); block += step) {
        drawing.text(x(block) + cell / 2, bottom() + 16, SMALL, Anchor.MIDDLE, "" + block);
      }
      int firstAfterDocument = answer.documentTokens() / blockTokens;
      List<Integer> afterDocument = new ArrayList<>();
      for (int block = firstAfterDocument; block < shares.blocks(); block++) {
        afterDocument.add(block);
      }
      drawing.text(
          LEFT,
          bottom() + 54,
          TEXT,
          Anchor.START,
          "KV block, in the order of the text (" + blockTokens + " tokens each)");
      if (!afterDocument.isEmpty()) {
        drawing.line(
            look("stroke", Drawing.INK, "stroke-width", "1.5"),
            x(afterDocument.getFirst()) + 1,
            bottom() + 22,
            x(afterDocument.getLast()) + cell - 1,
            bottom() + 22);
        label(afterDocument, bottom() + 36, "question and answer stand here");
      }
    }

    /** Writes a text about blocks under or above them, inside the drawing. */
    private void label(List<Integer> blocks, double y, String text) {
      double middle = (x(blocks.getFirst()) + x(blocks.getLast()) + cell) / 2;
      double half = Drawing.width(text, SMALL) / 2;
      double x = Math.clamp(middle, LEFT + half, drawing.width() - 16 - half);
      drawing.text(x, y, SMALL, Anchor.MIDDLE, text);
    }
  }
}
