package kvasir.cli.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cli.terminal.Output;
import kvasir.engine.Engine;
import kvasir.engine.HeadShares;
import kvasir.engine.RankStats;
import kvasir.lab.recall.Passage;
import kvasir.lab.recall.Reply;

/** Report of {@code ask} on rank 0, in words or as JSON. */
final class AskReport {
  private static final String ANSWER = "A: ";

  private final Output output;
  private final DocumentQuestions prepared;
  private final Engine engine;
  private final boolean json;
  private boolean answering;

  AskReport(Output output, DocumentQuestions prepared, Engine engine, boolean json) {
    this.output = output;
    this.prepared = prepared;
    this.engine = engine;
    this.json = json;
  }

  void document(double seconds, List<RankStats> ranks) {
    int tokens = prepared.document().ids().length;
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("document", prepared.name());
      object.put("tokens", prepared.document().ids());
      object.put("seconds", seconds);
      output.json(object);
      return;
    }
    CacheShape shape = engine.cache().shape();
    output.line(
        String.format(
            Locale.ROOT,
            "Read %s: %d tokens in %d KV blocks of %d, in %.1f s (%.0f tokens/s).",
            prepared.name(),
            tokens,
            shape.blocks(tokens),
            shape.blockTokens(),
            seconds,
            tokens / seconds));
    for (RankStats rank : ranks) {
      output.line(
          String.format(
              Locale.ROOT,
              "  rank %d, process %d: %d blocks, %d KiB",
              rank.rank(),
              rank.pid(),
              rank.blocks(),
              rank.bytes() >> 10));
    }
  }

  void question(DocumentQuestions.Question question) {
    if (!json) {
      output.line("\nQ: " + question.text());
    }
  }

  /** Prints a piece of the answer when it is generated. */
  void piece(String text) {
    if (!json) {
      // Before the first piece the line is left to the status line.
      output.print(answering ? text : ANSWER + text);
      answering = true;
    }
  }

  void reply(
      DocumentQuestions.Question question, Reply reply, List<RankStats> ranks, HeadShares heads) {
    Optional<Passage> passage = Passage.find(prepared.document(), reply.text());
    if (json) {
      output.json(toJson(question, reply, passage.orElse(null), ranks, heads));
      return;
    }
    output.line((answering ? "" : ANSWER) + "\n   " + verdict(question, reply) + place(passage));
    answering = false;
    List<Integer> holders = passage.map(this::ranks).orElse(List.of());
    output.line(
        String.format(
            Locale.ROOT, "   %.2f s, %d tokens.", reply.seconds(), reply.tokens().size()));
    output.line(picture(ranks, holders, heads));
  }

  /**
   * Draws the attention mass of each rank: of all heads, and of the head that looks most at the
   * answer.
   */
  private String picture(List<RankStats> ranks, List<Integer> holders, HeadShares heads) {
    StringBuilder picture = new StringBuilder("   attention mass while choosing them, all heads");
    int head = holders.isEmpty() ? -1 : heads.mostOn(holders);
    if (head >= 0) {
      picture.append("  ").append(headName(head));
    }
    for (RankStats rank : ranks) {
      picture.append(
          String.format(
              Locale.ROOT,
              "%n   rank %d %5.1f%% %-32s",
              rank.rank(),
              100 * rank.share(),
              RankStats.bar(rank.share())));
      if (head >= 0) {
        double share = heads.share(rank.rank(), head);
        picture.append(
            String.format(Locale.ROOT, " %5.1f%% %s", 100 * share, RankStats.bar(share)));
      }
      picture.append(holders.contains(rank.rank()) ? "  <- holds the answer" : "");
    }
    return picture.toString();
  }

  private static String verdict(DocumentQuestions.Question question, Reply reply) {
    if (question.expected() == null) {
      return "";
    }
    boolean right = question.expected().equals(reply.text());
    return right ? "Right. " : "Wrong: it is \"" + question.expected() + "\" ";
  }

  private String place(Optional<Passage> passage) {
    if (passage.isEmpty()) {
      return "The document does not say this in these words.";
    }
    Passage found = passage.get();
    List<Integer> blocks = blocks(found);
    return String.format(
        Locale.ROOT,
        "It stands at tokens %d to %d, %d back: %s of %s.",
        found.first(),
        found.last(),
        prepared.document().ids().length - found.first(),
        listed("block", blocks),
        listed("rank", ranks(found)));
  }

  private static String listed(String name, List<Integer> numbers) {
    String joined = numbers.stream().map(String::valueOf).collect(Collectors.joining(" and "));
    return name + (numbers.size() == 1 ? " " : "s ") + joined;
  }

  private List<Integer> blocks(Passage passage) {
    return passage.blocks(engine.cache().shape());
  }

  private List<Integer> ranks(Passage passage) {
    Ownership ownership = engine.cache().ownership();
    return blocks(passage).stream().map(ownership::rankOfBlock).distinct().toList();
  }

  private String headName(int head) {
    int perLayer = engine.config().heads();
    return "head %d of layer %d".formatted(head % perLayer, head / perLayer);
  }

  private Map<String, Object> toJson(
      DocumentQuestions.Question question,
      Reply reply,
      Passage passage,
      List<RankStats> ranks,
      HeadShares heads) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("question", question.text());
    object.put("prompt_tokens", question.ids());
    object.put("expected", question.expected());
    object.put("tokens", reply.tokens());
    object.put("text", reply.text());
    object.put("passage", passage);
    object.put("blocks", passage == null ? null : blocks(passage));
    object.put("holders", passage == null ? null : ranks(passage));
    object.put("logits_sha256", reply.logits());
    object.put("seconds", reply.seconds());
    object.put("ranks", ranks);
    if (passage != null) {
      int head = heads.mostOn(ranks(passage));
      object.put("head", headName(head));
      object.put("head_shares", ranks.stream().map(r -> heads.share(r.rank(), head)).toList());
    }
    return object;
  }

  /** Prints the block of the question and the answer. Call it after the last answer. */
  void newestBlock() {
    if (json || engine.cache().ownership().ranks() == 1) {
      return;
    }
    Passage added = new Passage(prepared.document().ids().length, engine.cache().tokens() - 1);
    output.line(
        ("\nThe question and the new tokens stand in %s of %s:"
                + " they get much attention whatever is asked.")
            .formatted(listed("block", blocks(added)), listed("rank", ranks(added))));
  }

  static void comparison(
      Output output,
      boolean json,
      int threads,
      double seconds,
      List<Reply> replies,
      int differing) {
    int steps = replies.stream().mapToInt(reply -> reply.tokens().size()).sum();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("threads", threads);
      object.put("seconds", seconds);
      object.put("answers", replies.size());
      object.put("differing", differing);
      output.json(object);
      return;
    }
    String outcome =
        differing == 0
            ? "the same bits in the logits of all " + steps + " steps"
            : "the logits DIFFER in " + differing + " of " + replies.size() + " answers";
    output.line(
        String.format(
            Locale.ROOT,
            "%nOne process with %d threads, asked the same: read in %.1f s; %s.",
            threads,
            seconds,
            outcome));
  }
}
