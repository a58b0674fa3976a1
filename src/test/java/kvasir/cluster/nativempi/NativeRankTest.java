package kvasir.cluster.nativempi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeRankTest {
  private static Optional<NativeRank> told(String variables) {
    Map<String, String> environment =
        Arrays.stream(variables.split(" ", -1))
            .map(word -> word.split("=", 2))
            .collect(Collectors.toMap(word -> word[0], word -> word[1]));
    return NativeRank.of(environment);
  }

  private static void assertRank(int rank, int size, String variables) {
    NativeRank told = told(variables).orElseThrow();
    assertEquals(rank, told.rank(), variables);
    assertEquals(size, told.size(), variables);
  }

  // C8
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PMI_RANK=0 PMI_SIZE=1",
        "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 PMIX_RANK=0",
        "PMIX_RANK=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 SLURM_STEP_ID=0",
        "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1 SLURM_STEP_ID=0",
        "MPI_LOCALRANKID=0 MPI_LOCALNRANKS=1",
        "PMIX_RANK=0",
        "PMI_RANK=0",
      })
  void aProcessAloneInItsWorldIsTheUsersOwn(String variables) {
    assertTrue(told(variables).orElseThrow().alone());
  }

  // C8
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_LOCALID=0 SLURM_TASKS_PER_NODE=4",
        "PMI_RANK=x PMI_SIZE=2",
        "PMI_RANK= PMI_SIZE=2",
        "PMIX_RANK=-1",
        "PMI_SIZE=2",
      })
  void whoIsToldNoRankIsNone(String variables) {
    assertEquals(Optional.empty(), told(variables));
  }

  // C1
  @Test
  void eachLaunchersVariablesTellRankAndSize() {
    assertRank(1, 2, "PMI_RANK=1 PMI_SIZE=2");
    assertRank(3, 4, "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4");
    assertRank(1, 2, "PMIX_RANK=1 SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2");
    assertRank(1, 0, "PMIX_RANK=1");
    assertRank(1, 2, "MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2");
    assertRank(1, 2, "OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2");
    assertRank(1, 2, "SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2 SLURM_STEP_ID=0");
    // mpirun below a step of the nodes' daemons; a world of two in the shell of one alone.
    String step = " SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=3";
    assertRank(0, 2, "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 PMIX_RANK=0" + step);
    assertTrue(
        told("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 PMIX_RANK=0" + step).get().alone());
    assertRank(1, 2, "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 PMI_RANK=1 PMI_SIZE=2");
  }

  // C1
  @Test
  void aLibraryThatStandsAloneIsNotTheLaunchersWorld() {
    NativeRank pmi = told("PMI_RANK=1 PMI_SIZE=2").orElseThrow();
    assertTrue(pmi.agrees(1, 2));
    assertFalse(pmi.agrees(0, 1));
    assertFalse(pmi.agrees(0, 2));
    assertFalse(told("PMI_RANK=0 PMI_SIZE=2").orElseThrow().agrees(0, 1));
    assertFalse(told("PMIX_RANK=1").orElseThrow().agrees(0, 1));
    assertTrue(told("MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2").orElseThrow().agrees(5, 8));
    assertFalse(told("MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2").orElseThrow().agrees(0, 1));
    String words = pmi.disagreement(0, 1).getMessage();
    assertTrue(words.contains("rank 1 of 2, the MPI library says rank 0 of 1"), words);
    assertTrue(words.contains("KVASIR_MPI_LIBRARY"), words);
  }

  // C1
  @Test
  void aStepThatTellsTheLibraryNothingIsRefusedWithoutOne() {
    NativeRank step = told("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2").orElseThrow();
    UserError refused =
        assertThrows(
            UserError.class,
            () -> NativeCommunicator.init(step, Duration.ofSeconds(1), (what, limit) -> {}));
    assertTrue(refused.getMessage().contains("rank 1 of 2"), refused.getMessage());
    assertTrue(refused.getMessage().contains("srun --mpi=pmix"), refused.getMessage());
  }
}
