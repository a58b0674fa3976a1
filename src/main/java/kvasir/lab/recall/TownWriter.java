package kvasir.lab.recall;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Writes a document about a town. The seed, the number of sentences and the kind of surnames decide
 * every character.
 *
 * <p>Inhabitants share first names, and many surnames begin or end alike, so that only the whole
 * name identifies a person. There are several facts about each person, so that only the name and
 * the relation together identify a fact.
 */
public final class TownWriter {
  /** The way in which surnames are given. */
  public enum Surnames {
    /** Each person has a different surname. */
    OWN,
    /**
     * Many persons share a few surnames: only first name and surname together identify a person.
     */
    SHARED
  }

  /** The first seed of training documents; documents of lower seeds are for evaluation. */
  public static final long FIRST_TRAINING_SEED = 1_000_000_000L;

  private static final Grammar GRAMMAR = Grammar.shipped();
  private static final String PERSON = "person";
  private static final double FACTS = 0.7;
  private static final double PREFIXED = 0.3;
  private static final double SUFFIXED = 0.15;
  private static final double NEW_PARAGRAPH = 0.15;
  private static final int FACTS_OF_A_PERSON = 3;
  private static final int ATTEMPTS = 20;
  // The grammar has 6160 surnames and 120 first names; 5000 persons take 100 first names.
  private static final int MOST_PEOPLE = 5000;

  private final RandomGenerator random;
  private final List<String> people;
  private final Set<String> taken = new HashSet<>();
  private final List<String> sentences = new ArrayList<>();
  private final List<Fact> facts = new ArrayList<>();
  private String lastPerson = "";

  private TownWriter(long seed, int sentences, Surnames surnames) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int people = (int) (sentences * FACTS / FACTS_OF_A_PERSON);
    this.people = people(Math.clamp(people, 3, MOST_PEOPLE), surnames);
  }

  /**
   * Returns the document of a seed, in which each person has a different surname.
   *
   * @param sentences number of sentences after the opening
   */
  public static TownDocument write(long seed, int sentences) {
    return write(seed, sentences, Surnames.OWN);
  }

  /**
   * Returns the document of a seed.
   *
   * @param sentences number of sentences after the opening
   */
  public static TownDocument write(long seed, int sentences, Surnames surnames) {
    TownWriter writer = new TownWriter(seed, sentences, surnames);
    writer.sentences.add(GRAMMAR.expand("openings", writer.random) + ".");
    for (int i = 0; i < sentences; i++) {
      writer.sentence();
    }
    return new TownDocument(writer.sentences, writer.facts);
  }

  private List<String> people(int count, Surnames surnames) {
    int names = (int) Math.ceil(Math.sqrt(2.0 * count));
    List<String> first = distinct("first-name", names);
    if (surnames == Surnames.OWN) {
      return distinct("surname", count).stream()
          .map(surname -> Grammar.pick(first, random) + " " + surname)
          .toList();
    }
    List<String> last = distinct("surname", names);
    Set<String> chosen = new LinkedHashSet<>();
    while (chosen.size() < count) {
      chosen.add(Grammar.pick(first, random) + " " + Grammar.pick(last, random));
    }
    return List.copyOf(chosen);
  }

  private List<String> distinct(String symbol, int count) {
    Set<String> texts = new LinkedHashSet<>();
    while (texts.size() < count) {
      texts.add(GRAMMAR.expand(symbol, random));
    }
    return List.copyOf(texts);
  }

  private void sentence() {
    boolean stated = random.nextDouble() < FACTS && fact();
    if (!stated) {
      add(GRAMMAR.expand("fillers", random, this::any));
    }
  }

  private boolean fact() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Relation relation = Grammar.pick(GRAMMAR.relations(), random);
      Map<String, String> bound = new HashMap<>();
      UnaryOperator<String> slot = name -> bound.computeIfAbsent(name, this::any);
      String fact = Grammar.fill(relation.fact(), slot);
      String key = relation.name() + relation.unique().stream().map(bound::get).toList();
      if (taken.add(key)) {
        String question = Grammar.fill(Grammar.pick(relation.questions(), random), slot);
        facts.add(new Fact(sentences.size(), relation.name(), question, fact + "."));
        add(wrapped(fact));
        return true;
      }
    }
    return false;
  }

  private String any(String symbol) {
    return symbol.equals(PERSON) ? person() : GRAMMAR.expand(symbol, random, this::any);
  }

  // No person is named twice in a row, so that nobody greets himself.
  private String person() {
    String next = Grammar.pick(people, random);
    while (next.equals(lastPerson)) {
      next = Grammar.pick(people, random);
    }
    lastPerson = next;
    return next;
  }

  private String wrapped(String fact) {
    String text = fact;
    if (random.nextDouble() < PREFIXED) {
      String lower = fact.startsWith("The ") ? lowerFirst(fact) : fact;
      text = GRAMMAR.expand("prefixes", random, this::any) + lower;
    }
    if (random.nextDouble() < SUFFIXED) {
      text += GRAMMAR.expand("suffixes", random, this::any);
    }
    return text;
  }

  private static String lowerFirst(String text) {
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }

  private void add(String sentence) {
    String gap = random.nextDouble() < NEW_PARAGRAPH ? "\n\n" : " ";
    sentences.add(gap + sentence + ".");
  }
}
