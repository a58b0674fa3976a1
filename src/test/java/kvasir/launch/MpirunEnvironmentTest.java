package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MpirunEnvironmentTest {
  private static Map<String, String> prepared(boolean local, Map<String, String> environment) {
    Map<String, String> copy = new TreeMap<>(environment);
    MpirunEnvironment.prepare(copy, local);
    return copy;
  }

  // C9
  @Test
  void ranksOfThisHostHaveNoNodesOfAJob() {
    Map<String, String> job =
        Map.of(
            "SLURM_JOB_ID", "1", "SLURM_JOB_NODELIST", "n[1-3]", "PBS_NODEFILE", "f", "PATH", "p");
    assertEquals(Map.of("PATH", "p"), prepared(true, job));
    assertEquals(job, prepared(false, job));
  }

  // C8
  @Test
  void anMpirunBelowALauncherIsNoRankOfIt() {
    Map<String, String> rank =
        Map.of(
            "PMIX_RANK", "0",
            "OMPI_COMM_WORLD_RANK", "0",
            "OMPI_COMM_WORLD_SIZE", "1",
            "OMPI_MCA_ess", "^singleton",
            "OMPI_MCA_btl", "tcp,self",
            "PMIX_MCA_gds", "hash");
    assertEquals(Map.of("OMPI_MCA_btl", "tcp,self", "PMIX_MCA_gds", "hash"), prepared(false, rank));
    Map<String, String> user = Map.of("OMPI_MCA_orte_keep_fqdn_hostnames", "1");
    assertEquals(user, prepared(true, user));
  }
}
