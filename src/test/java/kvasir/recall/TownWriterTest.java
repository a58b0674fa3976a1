package kvasir.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TownWriterTest {
  @Test
  void theSeedDecidesEveryLetter() {
    assertEquals(TownWriter.write(7, 300), TownWriter.write(7, 300));
    assertNotEquals(TownWriter.write(7, 300), TownWriter.write(8, 300));
    // Pinned: the shipped model's evaluation names these seeds.
    assertEquals(
        "These pages tell of the people of Kohaven. In the year of the honest snow it was noted that"
            + " Erik Weeley lives in River Road. Every night the lawyer passed the fountain with a"
            + " duck. Ernst Weeley greeted Tobias Viby at the well.",
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
  void sharedNamesAreTheDistractors() {
    TownDocument town = TownWriter.write(1, 400);
    Set<String> first = new HashSet<>();
    Set<String> people = new HashSet<>();
    town.facts().stream()
        .filter(f -> f.relation().equals("trade"))
        .map(f -> f.answer().split(" ", -1))
        .forEach(
            words -> {
              first.add(words[0]);
              people.add(words[0] + words[1]);
            });
    assertTrue(first.size() < people.size(), first + " of " + people);
  }

  @Test
  void trainingKeepsToItsOwnSeeds() throws IOException {
    Path settings = Path.of("experiments/demo-model/settings.json");
    long first = new ObjectMapper().readTree(settings.toFile()).get("first_seed").asLong();
    assertEquals(TownWriter.FIRST_TRAINING_SEED, first);
  }
}
