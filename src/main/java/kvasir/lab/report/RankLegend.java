package kvasir.lab.report;

import static kvasir.lab.report.Drawing.look;

import java.util.Map;
import kvasir.cache.Ownership;
import kvasir.lab.report.Drawing.Anchor;

/**
 * Colours of ranks in a drawing, and how many blocks each owns.
 *
 * @param blocks KV blocks of all ranks
 */
record RankLegend(Drawing drawing, Ownership ownership, int blocks) {
  private static final int TEXT = 13;

  /** Attributes of a shape of a rank; ink is readable on it. */
  static Map<String, String> tint(int rank) {
    String colour = Drawing.rank(rank);
    return look("fill", colour, "fill-opacity", "0.35", "stroke", colour, "stroke-width", "1");
  }

  /** Draws the ranks side by side, in lines; returns the y below the last. */
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
