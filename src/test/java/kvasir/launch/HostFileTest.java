package kvasir.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostFileTest {
  @Test
  void allFormsOfALineAreRead() {
    HostFile file =
        HostFile.parse("f", List.of("# all", "a:2", "", "b slots=1 # last", "c", "c slots = 2"));
    assertEquals(List.of("a", "a", "b", "c", "c", "c"), file.place(6));
    assertEquals(List.of("a", "a", "b"), file.place(3));
    assertTrue(assertThrows(UserError.class, () -> file.place(7)).getMessage().contains("7 ranks"));
  }

  @Test
  void theShippedExamplesAreRead() {
    assertEquals(4, HostFile.read(Path.of("hostfiles/localhost")).place(4).size());
    assertEquals(5, HostFile.read(Path.of("hostfiles/example-cluster")).place(5).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-oProxyCommand=x",
        "a b",
        "a;reboot",
        "a:0",
        "a:x",
        "$(id)",
        "a:99999",
        "host\u0000",
        "'x'"
      })
  void hostileLinesAreRefusedWithTheirNumber(String line) {
    String message =
        assertThrows(UserError.class, () -> HostFile.parse("f", List.of("ok", line))).getMessage();
    assertTrue(message.contains("f line 2"), message);
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThrows(UserError.class, () -> HostFile.parse("f", List.of("# nothing")));
  }

  // C15
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "node1 slots=2 max_slots=4 | 'max_slots' is not known",
        "node1 max-slots=4 | 'max-slots' is not known",
        "node1 SLOTS=4 | 'SLOTS' is not known",
        "::1 | is an IPv6 address; give it a name in /etc/hosts",
        "fe80::1%eth0 slots=2 | is an IPv6 address",
        "[2001:db8::7]:2 | is an IPv6 address",
        "anna@node1 | has a user; write the host alone",
        "ssh://anna@node1:22 | has a user",
        "node1:22022 | 22022 slots are more than 9999",
        "node1 slots=10000 | 10000 slots are more than 9999",
        "node1:2:22 | ~/.ssh/config",
        "node1 -p 22 | ~/.ssh/config",
        "node1,node2 | write one host a line",
        "node1\u00a0slots=2 | U+00A0 in 'node1<U+00A0>slots=2'",
        "\u200bnode1 | U+200B in '<U+200B>node1'",
        "n\u043ede1 | U+043E in 'n\u043ede1'",
        "node1 slots=two | is no host; write host, host:slots or host slots=n",
        "node1:0 | no slots; give at least 1",
      })
  void eachLineIsRefusedForItsOwnReason(String line, String reason) {
    String message =
        assertThrows(UserError.class, () -> HostFile.parse("h", List.of("ok", line))).getMessage();
    assertTrue(message.startsWith("h line 2: "), message);
    assertTrue(message.contains(reason), message);
    assertTrue(message.chars().noneMatch(c -> c == 0xa0 || c == 0x200b), message);
  }

  @Test
  void slurmsListsAreRead() {
    assertEquals(
        List.of("n01", "n01", "n02", "n02", "n07", "gpu"),
        SlurmHosts.parse("n[01-02,07],gpu", "2(x2),1(x2)").place(6));
    assertEquals(List.of("solo", "solo"), SlurmHosts.parse("solo", "2").place(2));
    for (String bad : List.of("", "n[1-", "n[x]", "-oProxy", "a;b", "a,,b", "n[1-2]x,", "n[3-1]")) {
      assertThrows(UserError.class, () -> SlurmHosts.parse(bad, null), bad);
    }
    assertThrows(UserError.class, () -> SlurmHosts.parse("a", "many"));
  }

  // C14, with what scontrol show hostnames of Slurm 22.05 prints
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a-[1-3] | a-1 a-2 a-3",
        "rack[0-1]n[1-2] | rack0n1 rack0n2 rack1n1 rack1n2",
        "rack0n[1-2],rack1n[1-2] | rack0n1 rack0n2 rack1n1 rack1n2",
        "r[1,2]n[2-3],x[9-10] | r1n2 r1n3 r2n2 r2n3 x9 x10",
        "a[1-2][3-4] | a13 a14 a23 a24",
        "a[1-2]b[1-2]c[1-2] | a1b1c1 a1b1c2 a1b2c1 a1b2c2 a2b1c1 a2b1c2 a2b2c1 a2b2c2",
        "n[099,9-11,100] | n099 n9 n10 n11 n100",
        "n[08-11],a | n08 n09 n10 n11 a",
        "n[9-011] | n9 n10 n11",
        "tux1-ib,tux2-ib | tux1-ib tux2-ib",
        "b2u02n3,b2u05n3 | b2u02n3 b2u05n3",
      })
  void bracketsAreMultipliedOutInOrder(String list, String names) {
    HostFile file = SlurmHosts.parse(list, null);
    assertEquals(names, String.join(" ", file.place(file.size())));
  }

  // C14
  @Test
  void aListOfMoreNodesThanThereAreIsRefusedAtOnce() {
    for (String list : List.of("n[0-999999999]", "a[1-999]b[1-999]c[1-999]d[1-999]")) {
      String message =
          assertThrows(UserError.class, () -> SlurmHosts.parse(list, null)).getMessage();
      assertTrue(message.contains("more than 65536 nodes"), message);
    }
  }
}
