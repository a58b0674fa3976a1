package kvasir.lab.report;

import static kvasir.lab.report.Drawing.look;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.attention.MergePlan;
import kvasir.cache.Ownership;
import kvasir.lab.report.Drawing.Anchor;

/**
 * Picture of one layout: the KV blocks of a text, the shards and the ranks that own them, and the
 * tree by which partial states are merged, with the messages of {@code --merge tree}.
 *
 * @param blocks KV blocks of the text
 * @param blockTokens tokens in a block
 */
public record LayoutPicture(Ownership ownership, int blocks, int blockTokens) {
  private static final int MARGIN = 24;
  private static final int LEAST_WIDTH = 592;
  private static final int TEXT = 15;
  private static final int SMALL = 13;
  private static final int MOST_ROWS = 4;
  private static final int ROW = 30;
  private static final int LEVEL = 58;
  private static final int NODE = 8;

  /** Returns the picture as the text of an SVG file. */
  public String svg() {
    double column = Math.max(28, (double) LEAST_WIDTH / ownership.shards());
    int width = 2 * MARGIN + (int) Math.ceil(column * ownership.shards());
    return new Sheet(new Drawing(width), column).svg();
  }

  private boolean empty(int position) {
    return ownership.shardAt(position) >= blocks;
  }

  private boolean sends(MergePlan.Step step) {
    return step.message() && !empty(step.right());
  }

  /** State of the drawing while it is made. */
  private final class Sheet {
    private final Drawing drawing;
    private final double column;

    private Sheet(Drawing drawing, double column) {
      this.drawing = drawing;
      this.column = column;
    }

    private String svg() {
      String ranks = Numbers.count(ownership.ranks(), "rank");
      String title = "One text on " + ranks;
      drawing.text(MARGIN, 36, 22, Anchor.START, look("font-weight", "600"), title);
      double y =
          paragraph(
              66,
              "A rank is a process, usually on a machine of its own. The KV cache is what a"
                  + " language model remembers of a text. It is cut into blocks of tokens (words"
                  + " and parts of words), and each rank holds some of the blocks.");
      y = blocks(y + 24);
      y = shards(y + 30);
      y = tree(y);
      return drawing.svg(
          legend(y + 26), title + ": KV blocks, shards, ranks and the tree that merges them");
    }

    private double x(double position) {
      return MARGIN + position * column;
    }

    private void heading(double y, String text) {
      drawing.text(MARGIN, y, 17, Anchor.START, look("font-weight", "600"), text);
    }

    private double paragraph(double y, String text) {
      return drawing.paragraph(MARGIN, y, TEXT, look("fill-opacity", "0.8"), text);
    }

    /** Draws a box in the colour of a rank, with a text in it if there is room. */
    private void box(double x, double y, double height, int rank, String text, String tip) {
      drawing.rectangle(x + 1.5, y, column - 3, height, RankLegend.tint(rank), tip);
      if (fits(text)) {
        drawing.text(x + column / 2, y + height / 2 + 5, SMALL, Anchor.MIDDLE, text);
      }
    }

    /**
     * Draws the blocks in the order of the text, with a column for each shard. Returns the y below
     * them.
     */
    private double blocks(double top) {
      heading(top, "1. Blocks");
      double y =
          paragraph(
              top + 26,
              Numbers.count(blocks, "block")
                  + " of "
                  + blockTokens
                  + " tokens, in the order of the text. The blocks of one column are a shard. The"
                  + " colour shows the rank that owns the shard.");
      for (int shard = 0; shard < ownership.shards() && named(); shard++) {
        drawing.text(x(shard + 0.5), y + 12, SMALL, Anchor.MIDDLE, "shard " + shard);
      }
      y += named() ? 22 : 0;
      int shards = ownership.shards();
      int rows = Math.min(MOST_ROWS, Math.ceilDiv(blocks, shards));
      for (int block = 0; block < Math.min(blocks, rows * shards); block++) {
        int rank = ownership.rankOfBlock(block);
        String tip = "block " + block + " of shard " + block % shards + ": rank " + rank;
        box(x(block % shards), y + block / shards * ROW, ROW - 4, rank, "" + block, tip);
      }
      y += rows * ROW;
      if (blocks > rows * shards) {
        String more = Numbers.count(blocks - rows * shards, "more block");
        drawing.text(MARGIN, y + 16, SMALL, Anchor.START, "and " + more + " in the same columns");
        y += 22;
      }
      return y;
    }

    /** Returns whether a column has room for the longest name of a shard. */
    private boolean named() {
      return fits("shard " + (ownership.shards() - 1));
    }

    /** Draws the ranks with their shards, in the order of the tree. Returns the y below them. */
    private double shards(double top) {
      heading(top, "2. Partial results, merged by a tree");
      double y =
          paragraph(
              top + 26,
              "To choose the next token, the model looks back at the whole text (attention). Each"
                  + " rank does so for its own blocks and gets a partial result for each shard;"
                  + " under a shard are its blocks. Results are merged in pairs until one is left."
                  + " If the two are on different ranks, one is sent as a message (thick arrow).");
      for (int rank = 0; rank < ownership.ranks(); rank++) {
        int first = ownership.first(rank);
        double wide = (ownership.first(rank + 1) - first) * column;
        Map<String, String> band = look("fill", Drawing.rank(rank), "fill-opacity", "0.14");
        drawing.rectangle(x(first) + 1.5, y, wide - 3, 2 * ROW + 30, band, "");
        String name = Drawing.width("rank " + rank, TEXT) < wide ? "rank " + rank : "" + rank;
        drawing.text(
            x(first) + wide / 2, y + 20, TEXT, Anchor.MIDDLE, look("font-weight", "600"), name);
      }
      for (int position = 0; position < ownership.shards(); position++) {
        leaf(position, y + 30);
      }
      return y + 30 + 2 * ROW;
    }

    private void leaf(int position, double y) {
      int shard = ownership.shardAt(position);
      int rank = ownership.rankOf(position);
      List<Integer> own =
          IntStream.iterate(shard, block -> block < blocks, block -> block + ownership.shards())
              .boxed()
              .toList();
      String all = own.stream().map(String::valueOf).collect(Collectors.joining(", "));
      String tip =
          "shard " + shard + " of rank " + rank + ": blocks " + (own.isEmpty() ? "none" : all);
      box(x(position), y, ROW - 2, rank, named() ? "shard " + shard : "" + shard, tip);
      drawing.text(
          x(position + 0.5),
          y + ROW + 14,
          SMALL,
          Anchor.MIDDLE,
          look("fill-opacity", "0.8"),
          some(own));
    }

    /** Returns a list of blocks, shortened to the length that there is room for. */
    private String some(List<Integer> own) {
      if (own.isEmpty()) {
        return fits("empty") ? "empty" : "-";
      }
      StringBuilder names = new StringBuilder().append(own.getFirst());
      for (int block : own.subList(1, own.size())) {
        String longer = names + ", " + block;
        boolean last = block == own.getLast();
        if (!fits(last ? longer : longer + " ...")) {
          return names.append(" ...").toString();
        }
        names.append(", ").append(block);
      }
      return names.toString();
    }

    private boolean fits(String text) {
      return Drawing.width(text, SMALL) < column - 4;
    }

    /** Draws the tree downwards from the leaves. Returns the y below it. */
    private double tree(double top) {
      List<MergePlan.Step> steps = MergePlan.of(ownership).steps();
      for (MergePlan.Step step : steps) {
        branch(step, top);
      }
      for (MergePlan.Step step : steps) {
        message(step, top);
      }
      for (MergePlan.Step step : steps) {
        node(step, top);
      }
      double end = y(top, ownership.shards()) + NODE + 24;
      drawing.text(
          drawing.width() / 2.0,
          end,
          TEXT,
          Anchor.MIDDLE,
          look("font-weight", "600"),
          "attention of the token, sent to every rank");
      return end + 12;
    }

    /**
     * Returns the y of the nodes that cover {@code span} positions of the list of leaves; a leaf
     * covers one.
     */
    private double y(double top, int span) {
      return top + Integer.numberOfTrailingZeros(span) * LEVEL;
    }

    /** Draws the edges of a node to children on the same rank. */
    private void branch(MergePlan.Step step, double top) {
      edge(step, step.left(), top, rank(step.target()));
      if (empty(step.right())) {
        edge(
            step,
            step.right(),
            top,
            look("stroke", Drawing.INK, "stroke-opacity", "0.4", "stroke-dasharray", "4 4"));
      } else if (!step.message()) {
        edge(step, step.right(), top, rank(step.target()));
      }
    }

    private static Map<String, String> rank(int rank) {
      return look("stroke", Drawing.rank(rank), "stroke-width", "2.5");
    }

    private void edge(MergePlan.Step step, int child, double top, Map<String, String> look) {
      double from = x(child + step.span() / 2.0);
      double to = x(step.left() + step.span());
      drawing.line(look, from, y(top, step.span()), to, y(top, 2 * step.span()));
    }

    /** Draws the arrow of a state that one rank sends to another. */
    private void message(MergePlan.Step step, double top) {
      if (!sends(step)) {
        return;
      }
      double fromX = x(step.right() + step.span() / 2.0);
      double fromY = y(top, step.span());
      double toX = x(step.left() + step.span());
      double toY = y(top, 2 * step.span());
      double length = Math.hypot(toX - fromX, toY - fromY);
      double dx = (toX - fromX) / length;
      double dy = (toY - fromY) / length;
      double tipX = toX - dx * (NODE + 1);
      double tipY = toY - dy * (NODE + 1);
      double baseX = tipX - dx * 13;
      double baseY = tipY - dy * 13;
      drawing.line(look("stroke", Drawing.INK, "stroke-width", "3"), fromX, fromY, baseX, baseY);
      drawing.line(
          look("fill", Drawing.INK),
          tipX,
          tipY,
          baseX - dy * 7,
          baseY + dx * 7,
          baseX + dy * 7,
          baseY - dx * 7);
      String name = "from rank " + step.source();
      if (Drawing.width(name, SMALL) < 0.9 * step.span() * column) {
        double x = (fromX + toX) / 2 + 8;
        double y = (fromY + toY) / 2 + 20;
        drawing.text(x, y, SMALL, Anchor.START, name);
      }
    }

    private void node(MergePlan.Step step, double top) {
      String where = "merged on rank " + step.target();
      String tip = sends(step) ? where + ", with a message from rank " + step.source() : where;
      Map<String, String> look =
          look("fill", Drawing.rank(step.target()), "stroke", Drawing.PAPER, "stroke-width", "2");
      drawing.circle(x(step.left() + step.span()), y(top, 2 * step.span()), NODE, look, tip);
    }

    /** Draws the explanation of colours and arrows. Returns the height of the whole drawing. */
    private double legend(double top) {
      double y =
          paragraph(
              top,
              "The shape of the tree depends on the number of shards only. More or fewer ranks"
                  + " change which edges are messages, and no bit of the result.");
      return new RankLegend(drawing, ownership, blocks).draw(MARGIN, y) + MARGIN;
    }
  }
}
