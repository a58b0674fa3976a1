package kvasir.lab.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import kvasir.lab.recall.TownWriter.Surnames;
import org.junit.jupiter.api.Test;

class TownWriterTest {
  @Test
  void theSeedDecidesEveryLetter() {
    assertEquals(TownWriter.write(7, 300), TownWriter.write(7, 300));
    assertNotEquals(TownWriter.write(7, 300), TownWriter.write(8, 300));
    // Must not change, since the shipped model's evaluation names these seeds.
    assertEquals(
        "These pages tell of the people of Frobridge. The clerk swears that the code of Erik Weeley"
            + " is 1708. The tanner sold melons to Ernst Frafeld for 870 coins. Ernst Viby keeps"
            + " the iron key of the well.",
        TownWriter.write(5, 3).text());
  }

  @Test
  void everyFactStandsInItsSentenceAndHasAQuestionOfItsOwn() {
    for (long seed = 0; seed < 20; seed++) {
      TownDocument town = TownWriter.write(seed, 400);
      assertEquals(401, town.sentences().size());
      Set<String> subjects = new HashSet<>();
      for (Fact fact : town.facts()) {
        String sentence = town.sentences().get(fact.sentence()).toLowerCase(Locale.ROOT);
        String words = fact.answer().substring(0, fact.answer().length() - 1);
        assertTrue(sentence.contains(words.toLowerCase(Locale.ROOT)), sentence);
        assertTrue(subjects.add(fact.answer()), fact.answer());
      }
      assertTrue(town.facts().size() > 200, "facts: " + town.facts().size());
    }
  }

  @Test
  void questionsAreNotAnsweredTwice() {
    for (long seed = 0; seed < 20; seed++) {
      TownDocument town = TownWriter.write(seed, 600);
      Set<String> questions = new HashSet<>();
      town.facts().forEach(f -> assertTrue(questions.add(f.question()), f.question()));
    }
  }

  @Test
  void surnamesAreSharedWhereAsked() {
    for (int sentences : new int[] {1, 400, 40_000}) {
      TownDocument own = TownWriter.write(1, sentences, Surnames.OWN);
      assertEquals(TownWriter.write(1, sentences), own);
      assertEquals(people(own), names(own, 1));
      TownDocument shared = TownWriter.write(1, sentences, Surnames.SHARED);
      assertTrue(names(shared, 1) < people(shared) || people(shared) <= 1, "" + sentences);
      assertTrue(names(own, 0) < people(own) || people(own) <= 1, "" + sentences);
    }
  }

  private static long people(TownDocument town) {
    return owners(town).distinct().count();
  }

  private static long names(TownDocument town, int which) {
    return owners(town).map(name -> name.split(" ", -1)[which]).distinct().count();
  }

  /** Returns the first name and surname of each person who keeps a key. */
  private static Stream<String> owners(TownDocument town) {
    return town.facts().stream()
        .filter(fact -> fact.relation().equals("key"))
        .map(fact -> fact.answer().substring(0, fact.answer().indexOf(" keeps ")));
  }

  @Test
  void trainingKeepsToItsOwnSeeds() throws IOException {
    Path settings = Path.of("experiments/demo-model/settings.json");
    long first = new ObjectMapper().readTree(settings.toFile()).get("first_seed").asLong();
    assertEquals(TownWriter.FIRST_TRAINING_SEED, first);
  }
}
