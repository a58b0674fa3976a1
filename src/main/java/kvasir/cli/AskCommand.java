package kvasir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.attention.AttentionMass;
import kvasir.attention.BlockShares;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.error.UserError;
import kvasir.file.WholeFile;
import kvasir.lab.recall.Passage;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.Reply;
import kvasir.lab.report.MassPicture;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description = "Read a document and answer questions on it, showing where the answers stand.")
final class AskCommand extends RankCommand {
  static final int SHORTEST = 64;
  private static final int MOST = 1 << 20;

  /** The document is the user's own or written for the occasion. */
  static final class Source {
    @Option(
        names = "--document",
        paramLabel = "FILE",
        description = "The document, a text file or a pipe; - is standard input.")
    Path file;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Write the document of a town, of this seed (default: 0).")
    Long seed;
  }

  @ArgGroup Source source = new Source();

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Most tokens of a written document (default: as many as the context holds).")
  Integer length;

  @Option(
      names = "--ask",
      paramLabel = "TEXT",
      description = "A question; may be repeated (default: some on the written document).")
  List<String> asked = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "How many to ask where none is given (default: 4).")
  int questions = 4;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Most tokens of an answer (default: 64).")
  int maxNewTokens = 64;

  @Option(
      names = "--compare",
      description =
          "Then ask the same of this process alone, with a thread team, and compare the bits of all"
              + " logits; exit 1 if they differ.")
  boolean compare;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description =
          "Draw how the last answer's attention was shared out over layers, heads and KV blocks,"
              + " with the ranks that hold the blocks, as an SVG file.")
  Path picture;

  @Option(names = "--json", description = "Print JSON: the document, then each question.")
  boolean json;

  @Override
  void check() {
    CommonOptions.range("--questions", questions, 1, MOST);
    CommonOptions.range("--max-new-tokens", maxNewTokens, 1, MOST);
    CommonOptions.range("--length", length == null ? SHORTEST : length, SHORTEST, MOST);
    if (source.file != null && asked.isEmpty()) {
      throw new UserError("--document " + source.file, "no question on it", "add --ask \"...\"");
    }
    for (String question : asked) {
      if (question.isBlank()) {
        throw new UserError("--ask", "the question is empty", "ask something");
      }
    }
  }

  @Override
  public int run(EngineSettings settings, Communicator world) {
    if (world.rank() == 0 && picture != null) {
      WholeFile.requireWritable(picture);
    }
    ModelConfig config = ConfigReader.read(settings.model());
    try (Tokenizer tokenizer = Tokenizer.open(settings.model())) {
      Chat chat = Chat.of(tokenizer, settings.model().toString());
      AskPlan plan = AskPlan.of(this, document(world), chat, config.maxPositions());
      plan.requireKnown(settings.model().toString(), config);
      sayWhereFewer(plan, world);
      RankAgreement.requirePrompt(plan.document().ids(), world);
      List<Reply> replies = ask(plan, chat, mass(plan, config, settings), settings, world);
      // What follows is this process's own work: nobody need wait for it.
      world.close();
      boolean same = world.rank() != 0 || !compare || same(replies, plan, chat, settings);
      return same ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
    }
  }

  /** Says it where a short document has fewer facts than questions were asked for. */
  private void sayWhereFewer(AskPlan plan, Communicator world) {
    int planned = plan.questions().size();
    if (world.rank() == 0 && asked.isEmpty() && planned < questions) {
      kvasir
          .output()
          .note(
              "kvasir: the document has facts for %d questions, %d were asked for",
              planned, questions);
    }
  }

  @Override
  public Optional<UserText> text() {
    return Optional.ofNullable(source.file).map(file -> new UserText("--document", file));
  }

  /** The user's own document; null where one is to be written. */
  private String document(Communicator world) {
    return text().map(file -> kvasir.start().read(file, world)).orElse(null);
  }

  private AttentionMass mass(AskPlan plan, ModelConfig config, EngineSettings settings) {
    int positions = plan.positions(maxNewTokens);
    int blocks = picture == null ? 0 : Engine.cacheShape(settings, config).blocks(positions);
    return new AttentionMass(config.layers(), config.heads(), blocks);
  }

  private List<Reply> ask(
      AskPlan plan, Chat chat, AttentionMass mass, EngineSettings settings, Communicator world) {
    boolean root = world.rank() == 0;
    List<Reply> replies = new ArrayList<>();
    try (Engine engine = new Engine(settings, world, plan.positions(maxNewTokens), mass)) {
      Reading reading = new Reading(engine, chat, mass);
      AskReport report = new AskReport(kvasir.output(), plan, engine, json);
      double seconds = read(reading, plan, root);
      List<RankStats> after = RankStats.gather(engine, mass);
      if (root) {
        report.document(seconds, after);
      }
      for (AskPlan.Question question : plan.questions()) {
        if (root) {
          report.question(question);
        }
        Reply reply = reading.ask(question.ids(), maxNewTokens, root ? report::piece : piece -> {});
        List<RankStats> ranks = RankStats.gather(engine, mass);
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
        draw(engine, mass, plan, replies.getLast());
      }
    }
    return replies;
  }

  /** Draws the question asked last; all ranks call it. */
  private void draw(Engine engine, AttentionMass mass, AskPlan plan, Reply reply) {
    CacheShape shape = engine.cache().shape();
    Ownership ownership = engine.cache().ownership();
    int blocks = shape.blocks(engine.cache().tokens());
    BlockShares shares = BlockShares.gather(engine.world(), mass, ownership, blocks);
    if (engine.world().rank() == 0) {
      List<Integer> holders =
          Passage.find(plan.document(), reply.text()).map(p -> p.blocks(shape)).orElse(List.of());
      String question = plan.questions().getLast().text();
      int tokens = plan.document().ids().length;
      MassPicture.Answered answer =
          new MassPicture.Answered(question, reply.text(), tokens, holders);
      WholeFile.write(
          picture, new MassPicture(shares, ownership, shape.blockTokens(), answer).svg());
    }
  }

  private static double read(Reading reading, AskPlan plan, boolean root) {
    long begin = System.nanoTime();
    int[] ids = plan.document().ids();
    try (Progress progress = Progress.of("reading the document, token", ids.length, root)) {
      reading.read(ids, progress::reach);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private boolean same(List<Reply> replies, AskPlan plan, Chat chat, EngineSettings settings) {
    int team = Math.max(2, Runtime.getRuntime().availableProcessors());
    EngineSettings alone = settings.with(settings.attention(), settings.kernels(), team);
    int differing = 0;
    double seconds;
    try (Engine engine =
        new Engine(alone, new SoloCommunicator(), plan.positions(maxNewTokens), null)) {
      Reading reading = new Reading(engine, chat, null);
      seconds = read(reading, plan, true);
      for (int i = 0; i < replies.size(); i++) {
        Reply reply = reading.ask(plan.questions().get(i).ids(), maxNewTokens, piece -> {});
        differing += reply.logits().equals(replies.get(i).logits()) ? 0 : 1;
      }
    }
    AskReport.comparison(kvasir.output(), json, team, seconds, replies, differing);
    return differing == 0;
  }
}
