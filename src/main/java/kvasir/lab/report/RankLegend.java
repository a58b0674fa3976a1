package kvasir.lab.report;

import static kvasir.lab.report.Drawing.look;

import java.util.Map;
import kvasir.cache.Ownership;
import kvasir.lab.report.Drawing.Anchor;

/**
 * Legend of the ranks' colours in a drawing, with the number of blocks that each rank owns.
 *
 * @param drawing drawing that the legend is added to
 * @param ownership ranks and their shards
 * @param blocks number of KV blocks of all ranks together
 */
record RankLegend(Drawing drawing, Ownership ownership, int blocks) {
  private static final int TEXT = 13;

  /** Returns the attributes of a shape in the colour of a rank, on which text can be read. */
  static Map<String, String> tint(int rank) {
    String colour = Drawing.rank(rank);
    return look("fill", colour, "fill-opacity", "0.35", "stroke", colour, "stroke-width", "1");
  }

  /**
   * Draws the ranks side by side, in as many lines as they need. Returns the y below the last line.
   */
  double draw(double left, double top) {
    double x = left;
    double y = top;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      String owned = Numbers.count(ownership.ownedBlocks(rank, blocks), "block");
      String name = "rank " + rank + ": " + owned;
      double wide = 24 + Drawing.width(name, TEXT) + 18;
      if (x + wide > drawing.width() && x > left) {
        x = left;
        y += 22;
      }
      drawing.rectangle(x, y, 18, 14, tint(rank), "");
      drawing.text(x + 24, y + 12, TEXT, Anchor.START, name);
      x += wide;
    }
    return y + 14;
  }
}
