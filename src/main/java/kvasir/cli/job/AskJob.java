package kvasir.cli.job;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.attention.AttentionMass;
import kvasir.attention.BlockShares;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cli.terminal.Progress;
import kvasir.cluster.Communicator;
import kvasir.cluster.FromRoot;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineOptions;
import kvasir.engine.EngineSettings;
import kvasir.engine.HeadShares;
import kvasir.engine.RankStats;
import kvasir.error.ExitCodes;
import kvasir.file.WholeFile;
import kvasir.lab.recall.Passage;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.Reply;
import kvasir.lab.report.MassPicture;
import kvasir.measure.Activity;
import kvasir.model.ModelConfig;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;

/**
 * Options of {@code ask}: questions on a document.
 *
 * @param engine options of the engine
 * @param file path of the user's own document; null if a document is to be written
 * @param seed seed of the document that is written
 * @param length largest number of tokens of a written document; null for as many as the context
 *     holds
 * @param asked questions of the user; empty if questions are to be made
 * @param questions number of questions to make
 * @param maxNewTokens largest number of tokens in an answer
 * @param compare whether one process alone does the same afterwards, to compare the bits
 * @param picture file to draw the attention of the last answer to; null for none
 * @param json whether results are printed as JSON
 */
public record AskJob(
    EngineOptions engine,
    String file,
    long seed,
    Integer length,
    List<String> asked,
    int questions,
    int maxNewTokens,
    boolean compare,
    String picture,
    boolean json)
    implements Job {
  /** Smallest allowed number of tokens in a written document. */
  public static final int SHORTEST = 64;

  @Override
  public int run(JobContext context) {
    if (context.root() && picture != null) {
      WholeFile.requireWritable(Path.of(picture));
    }
    ModelConfig config = context.model().config();
    try (Tokenizer tokenizer = Tokenizer.open(engine.directory())) {
      Chat chat = Chat.open(tokenizer, engine.directory(), engine.model());
      DocumentQuestions prepared =
          DocumentQuestions.of(this, document(context), chat, config.maxPositions());
      prepared.requireKnown(engine.model(), config);
      sayWhereFewer(prepared, context);
      List<Reply> replies = ask(prepared, chat, mass(prepared, config, context), context);
      boolean same = !context.root() || !compare || same(replies, prepared, chat, context);
      return same ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
    }
  }

  /** Prints a note if a short document has fewer facts than questions were asked for. */
  private void sayWhereFewer(DocumentQuestions prepared, JobContext context) {
    int planned = prepared.asked().size();
    if (context.root() && asked.isEmpty() && planned < questions) {
      context
          .output()
          .note(
              "kvasir: the document has facts for %d questions, %d were asked for",
              planned, questions);
    }
  }

  /**
   * Returns the user's own document, which rank 0 has read; null if a document is to be written.
   */
  private String document(JobContext context) {
    if (file == null) {
      return null;
    }
    byte[] text =
        FromRoot.shareBytes(context.world(), () -> context.text().getBytes(StandardCharsets.UTF_8));
    return new String(text, StandardCharsets.UTF_8);
  }

  private List<Reply> ask(
      DocumentQuestions prepared, Chat chat, AttentionMass mass, JobContext context) {
    boolean root = context.root();
    Communicator world = context.world();
    List<Reply> replies = new ArrayList<>();
    try (Engine opened =
        new Engine(
            context.model(),
            context.settings(),
            world,
            context.activity(),
            prepared.positions(maxNewTokens),
            mass)) {
      Reading reading = new Reading(opened, chat, mass);
      AskReport report = new AskReport(context.output(), prepared, opened, json);
      double seconds = read(reading, prepared, context.activity(), root);
      List<RankStats> after = RankStats.gather(opened, mass);
      if (root) {
        report.document(seconds, after);
      }
      for (DocumentQuestions.Question question : prepared.asked()) {
        if (root) {
          report.question(question);
        }
        Reply reply = reading.ask(question.ids(), maxNewTokens, root ? report::piece : piece -> {});
        List<RankStats> ranks = RankStats.gather(opened, mass);
        HeadShares heads = HeadShares.gather(world, mass);
        if (root) {
          report.reply(question, reply, ranks, heads);
        }
        replies.add(reply);
      }
      if (root) {
        report.newestBlock();
      }
      if (picture != null) {
        draw(opened, mass, prepared, replies.getLast());
      }
    }
    return replies;
  }

  private AttentionMass mass(DocumentQuestions prepared, ModelConfig config, JobContext context) {
    int positions = prepared.positions(maxNewTokens);
    int blocks =
        picture == null ? 0 : Engine.cacheShape(context.settings(), config).blocks(positions);
    return new AttentionMass(config.layers(), config.heads(), blocks);
  }

  /**
   * Draws the attention of the last answer. Every rank must call it, since each has a part of the
   * data.
   */
  private void draw(Engine opened, AttentionMass mass, DocumentQuestions prepared, Reply reply) {
    CacheShape shape = opened.cache().shape();
    Ownership ownership = opened.cache().ownership();
    int blocks = shape.blocks(opened.cache().tokens());
    BlockShares shares = BlockShares.gather(opened.world(), mass, ownership, blocks);
    if (opened.world().rank() == 0) {
      List<Integer> holders =
          Passage.find(prepared.document(), reply.text())
              .map(p -> p.blocks(shape))
              .orElse(List.of());
      String question = prepared.asked().getLast().text();
      int tokens = prepared.document().ids().length;
      MassPicture.Answered answer =
          new MassPicture.Answered(question, reply.text(), tokens, holders);
      WholeFile.write(
          Path.of(picture), new MassPicture(shares, ownership, shape.blockTokens(), answer).svg());
    }
  }

  private static double read(
      Reading reading, DocumentQuestions prepared, Activity activity, boolean root) {
    long begin = System.nanoTime();
    int[] ids = prepared.document().ids();
    try (Progress progress =
        Progress.of(activity, "reading the document, token", ids.length, root)) {
      reading.read(ids, progress::reach);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private boolean same(
      List<Reply> replies, DocumentQuestions prepared, Chat chat, JobContext context) {
    EngineSettings settings = context.settings();
    int team = Math.max(2, Runtime.getRuntime().availableProcessors());
    EngineSettings alone = settings.with(settings.attention(), settings.kernels(), team);
    int differing = 0;
    double seconds;
    try (Engine opened =
        new Engine(
            context.model(),
            alone,
            new SoloCommunicator(),
            context.activity(),
            prepared.positions(maxNewTokens),
            null)) {
      Reading reading = new Reading(opened, chat, null);
      seconds = read(reading, prepared, context.activity(), true);
      for (int i = 0; i < replies.size(); i++) {
        Reply reply = reading.ask(prepared.asked().get(i).ids(), maxNewTokens, piece -> {});
        differing += reply.logits().equals(replies.get(i).logits()) ? 0 : 1;
      }
    }
    AskReport.comparison(context.output(), json, team, seconds, replies, differing);
    return differing == 0;
  }
}
