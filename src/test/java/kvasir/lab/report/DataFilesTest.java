package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import kvasir.lab.experiment.ExperimentKind;
import org.junit.jupiter.api.Test;

class DataFilesTest {
  @Test
  void jsonHoldsTheMeasurements() throws Exception {
    String json = DataFiles.json(List.of(Study.of(Fixture.layouts())));
    JsonNode rows = new ObjectMapper().readTree(json);
    assertEquals(2, rows.size());
    JsonNode row = rows.get(1);
    assertEquals("layouts", row.get("experiment").asText());
    assertEquals("2x1-native", row.get("arm").asText());
    assertEquals("tg32", row.get("test").asText());
    assertEquals(90, row.get("tokens_per_second").asDouble());
    assertTrue(row.get("low").asDouble() >= 89.1 && row.get("low").asDouble() < 90);
    assertTrue(row.get("high").asDouble() <= 90.9 && row.get("high").asDouble() > 90);
    assertEquals(10, row.get("samples").asInt());
    assertEquals(1.6, row.get("waiting_ms").asDouble(), 1e-12);
    assertEquals("abc123", row.get("fingerprint").get(0).asText());
    assertEquals(0, row.get("unfair").size());
    assertEquals(3.5, row.get("link_latency_us").asDouble());
  }

  @Test
  void csvHasALineForEachAndQuotesText() {
    String name = "=1+1,\"x\"\n";
    var result =
        Fixture.result(
            Fixture.definition(ExperimentKind.BLOCK_SIZE, name, "?"),
            List.of(Fixture.arm("1x1", 1, 1, "none")),
            a -> List.of(Fixture.Values.of("tg32", 10).conditions(Fixture.oversubscribed())));
    String csv = DataFiles.csv(List.of(Study.of(result)));
    assertTrue(csv.startsWith("experiment,arm,ranks,threads,"), csv);
    assertTrue(csv.contains("\n\"'=1+1,\"\"x\"\"\n\",\"1x1\",1,1,\"none\","), csv);
    assertTrue(csv.contains("\"oversubscribed\""), csv);
    assertTrue(csv.contains(",\"tg32\",10.0,"), csv);
  }
}
