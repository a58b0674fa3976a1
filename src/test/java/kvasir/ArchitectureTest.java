package kvasir;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of CONTRIBUTING.md, held. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("kvasir");

  /** Each package, and what it may import of the project. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("error", Set.of()),
          Map.entry("file", Set.of("error")),
          Map.entry("tensor", Set.of()),
          Map.entry("team", Set.of("measure")),
          Map.entry("measure", Set.of()),
          Map.entry("process", Set.of()),
          Map.entry("cluster", Set.of("error", "file", "tensor", "measure", "process")),
          Map.entry("tokenize", Set.of("error", "file")),
          Map.entry("kernel", Set.of("tensor")),
          Map.entry("weights", Set.of("error", "file", "tensor")),
          Map.entry("cache", Set.of("error", "tensor")),
          Map.entry(
              "attention",
              Set.of("error", "tensor", "measure", "kernel", "cache", "team", "cluster")),
          Map.entry(
              "model",
              Set.of(
                  "error",
                  "file",
                  "tensor",
                  "measure",
                  "kernel",
                  "cache",
                  "team",
                  "cluster",
                  "attention",
                  "weights")),
          Map.entry(
              "generate",
              Set.of(
                  "error",
                  "tensor",
                  "kernel",
                  "cache",
                  "team",
                  "cluster",
                  "attention",
                  "weights",
                  "model")),
          Map.entry(
              "session",
              Set.of(
                  "error",
                  "file",
                  "tensor",
                  "cluster",
                  "weights",
                  "cache",
                  "attention",
                  "generate")),
          Map.entry("recall", Set.of("error", "attention", "model", "tokenize", "generate")),
          Map.entry(
              "bench",
              Set.of(
                  "error",
                  "file",
                  "measure",
                  "tensor",
                  "kernel",
                  "cache",
                  "team",
                  "cluster",
                  "model",
                  "generate",
                  "attention")),
          Map.entry(
              "experiment",
              Set.of(
                  "error",
                  "file",
                  "tensor",
                  "measure",
                  "process",
                  "cache",
                  "cluster",
                  "attention",
                  "model",
                  "bench")),
          Map.entry(
              "cli",
              Set.of(
                  "bench",
                  "measure",
                  "process",
                  "experiment",
                  "error",
                  "file",
                  "tensor",
                  "kernel",
                  "cache",
                  "team",
                  "cluster",
                  "attention",
                  "weights",
                  "model",
                  "tokenize",
                  "generate",
                  "session",
                  "recall")));

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
  void onlyTheCommandLineExitsOrPrints() {
    List<String> allowed = List.of("kvasir.cli..", "kvasir.cluster.mpj..");
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
