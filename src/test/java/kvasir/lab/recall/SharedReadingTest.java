package kvasir.lab.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.batch.BatchEngine;
import kvasir.engine.batch.BatchOptions;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.model.OpenedModel;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions that share steps have the replies that they have one at a time. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class SharedReadingTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model");
  private static final int ANSWER_TOKENS = 40;
  private static final int POSITIONS = 800;
  private static final int BLOCK = 256;

  /** A document, and questions on facts of it. */
  private record Exercise(int[] document, List<int[]> questions) {
    static Exercise of(long seed, int tokens, int count, Chat chat) {
      TownExercise town = TownExercise.of(seed, tokens, chat);
      List<int[]> questions =
          IntStream.range(0, count)
              .mapToObj(i -> chat.question(town.facts().get(i).fact().question()))
              .toList();
      return new Exercise(town.turn().ids(), questions);
    }
  }

  private static EngineSettings settings(Path model, int chunk) {
    return new EngineSettings(
        model,
        DType.BF16,
        AttentionKind.STREAMING,
        new VectorKernels(),
        1,
        Binding.NONE,
        BLOCK,
        16,
        chunk,
        Distribution.DEFAULT);
  }

  private static List<Exercise> exercises(Chat chat) {
    // The second document ends inside the first block, and the third with it.
    return List.of(
        Exercise.of(3, 700, 9, chat), Exercise.of(4, 100, 3, chat), Exercise.of(5, 256, 5, chat));
  }

  private static List<Reply> oneByOne(List<Exercise> exercises, Chat chat) {
    List<Reply> replies = new ArrayList<>();
    try (Engine engine =
        new Engine(settings(MODEL, 128), new SoloCommunicator(), new Activity(), POSITIONS, null)) {
      Reading reading = new Reading(engine, chat, null);
      for (Exercise exercise : exercises) {
        reading.read(exercise.document(), done -> {});
        exercise.questions().forEach(q -> replies.add(reading.ask(q, ANSWER_TOKENS, piece -> {})));
      }
    }
    return replies;
  }

  private static List<SharedReading.Answered> together(
      Communicator world, Path folder, List<Exercise> exercises, Chat chat, int blocks, int chunk) {
    List<SharedReading.Answered> replies = new ArrayList<>();
    try (OpenedModel model = new OpenedModel(folder);
        Engine engine =
            Engine.sharing(model, settings(folder, chunk), world, new Activity(), POSITIONS, 8)) {
      long bytes = blocks * engine.cache().shape().blockBytes();
      BatchEngine batch = new BatchEngine(engine, new BatchOptions(7, bytes, 150_000_000, true, 1));
      if (world.rank() > 0) {
        batch.follow();
        return replies;
      }
      SharedReading reading = new SharedReading(engine, batch, chat);
      for (Exercise exercise : exercises) {
        int first = replies.size();
        exercise.questions().forEach(question -> replies.add(null));
        reading.ask(
            exercise.document(),
            exercise.questions(),
            ANSWER_TOKENS,
            (reply, index) -> replies.set(first + index, reply));
      }
      while (reading.open() > 0) {
        reading.step();
      }
      assertEquals(0, batch.live());
      batch.end();
    }
    return replies;
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 512", "1, 60, 33", "2, 60, 512", "3, 3, 512", "3, 60, 100"})
  void repliesAreThoseOfOneQuestionAtATime(int ranks, int blocks, int chunk) {
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      Chat chat = Chat.of(tokenizer, "the demo model");
      List<Exercise> exercises = exercises(chat);
      List<Reply> expected = oneByOne(exercises, chat);
      List<SharedReading.Answered> actual =
          LocalWorld.run(
                  ranks,
                  Duration.ofSeconds(60),
                  world -> together(world, MODEL, exercises, chat, blocks, chunk))
              .getFirst();
      assertEquals(expected.size(), actual.size());
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i).tokens(), actual.get(i).tokens(), "question " + i);
        assertEquals(expected.get(i).text(), actual.get(i).text());
      }
    }
  }

  @Test
  void logitsThatAreNotFiniteEndAllWithTheEnginesMessageB42(@TempDir Path folder)
      throws IOException {
    for (String file : List.of("config.json", "generation_config.json", "tokenizer.json")) {
      Files.copy(MODEL.resolve(file), folder.resolve(file));
    }
    byte[] bytes = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    ByteBuffer weights = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(weights.getLong(0));
    String json = new String(bytes, 8, header, StandardCharsets.UTF_8);
    int norm = new ObjectMapper().readTree(json).at("/model.norm.weight/data_offsets/0").asInt();
    weights.putShort(8 + header + norm, (short) 0x7fc0);
    Files.write(folder.resolve("model.safetensors"), bytes);
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      Chat chat = Chat.of(tokenizer, "the demo model");
      List<Exercise> exercises = exercises(chat);
      String message =
          assertThrows(
                  UserError.class,
                  () -> together(new SoloCommunicator(), folder, exercises, chat, 60, 512))
              .getMessage();
      assertEquals(
          folder + ": the logits are not finite numbers; check the weights with `inspect --check`",
          message);
    }
  }
}
