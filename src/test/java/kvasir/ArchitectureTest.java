package kvasir;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import kvasir.model.ConfigReader;
import kvasir.weights.Checkpoint;
import org.junit.jupiter.api.Test;

/** Dependencies between packages, checked against the table that CONTRIBUTING.md refers to. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("kvasir");

  /** Each package, and what it may import of the project; CONTRIBUTING.md refers to it. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      table(
          """
          error
          file       error
          tensor
          measure
          process
          team       measure
          kernel     tensor
          cluster    error tensor measure
          weights    error file tensor
          cache      error file tensor
          attention  error tensor measure kernel cache team cluster
          model      error file tensor measure kernel cache team cluster attention weights
          template   error
          text       error file template
          grammar
          engine     error file tensor measure kernel cache team cluster attention weights model text grammar
          launch     error file measure process team cluster
          serve      error file team engine template text grammar
          lab        error file tensor measure process kernel cache team cluster attention weights model text engine launch
          cli        error file tensor measure process kernel cache team cluster attention weights model template text engine launch lab serve
          """);

  private static Map<String, Set<String>> table(String text) {
    return text.lines()
        .map(line -> List.of(line.split(" +")))
        .collect(
            Collectors.toMap(List::getFirst, words -> Set.copyOf(words.subList(1, words.size()))));
  }

  @Test
  void everyPackageIsInTheTableAndKeepsToIt() {
    Map<String, Set<String>> seen =
        CLASSES.stream()
            .collect(
                Collectors.groupingBy(
                    ArchitectureTest::slice,
                    Collectors.flatMapping(
                        c -> c.getDirectDependenciesFromSelf().stream(),
                        Collectors.mapping(
                            d -> slice(d.getTargetClass()),
                            Collectors.toCollection(TreeSet::new)))));
    assertEquals(MAY_IMPORT.keySet(), seen.keySet());
    seen.forEach(
        (from, targets) -> {
          targets.remove(from);
          targets.remove("");
          assertTrue(
              MAY_IMPORT.get(from).containsAll(targets), from + " imports one of " + targets);
        });
  }

  private static String slice(JavaClass c) {
    String[] parts = c.getPackageName().split("\\.", -1);
    return parts.length > 1 && parts[0].equals("kvasir") ? parts[1] : "";
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("kvasir.(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("kvasir.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void vectorsLiveInKernelAndMpiInCluster() {
    noClasses()
        .that()
        .resideOutsideOfPackage("kvasir.kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("kvasir.cluster.mpj")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("mpi..")
        .check(CLASSES);
  }

  @Test
  void jobsAndEnginesReadTheModelOfTheirRank() {
    noClasses()
        .that()
        .resideInAnyPackage("kvasir.cli.job..", "kvasir.engine..", "kvasir.lab..")
        .should()
        .callMethod(ConfigReader.class, "read", Path.class)
        .orShould()
        .callMethod(Checkpoint.class, "open", Path.class)
        .because("OpenedModel reads each file once for all parts of a job")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineExitsOrPrints() {
    List<String> allowed = List.of("kvasir.cli..", "kvasir.cluster.mpj..", "kvasir.launch..");
    noClasses()
        .that()
        .resideOutsideOfPackages(allowed.toArray(String[]::new))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
