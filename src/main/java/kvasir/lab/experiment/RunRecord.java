package kvasir.lab.experiment;

import java.util.List;
import kvasir.lab.bench.BenchRow;
import kvasir.measure.MachineFacts;

/**
 * What one start of one arm gave: a file of its own in the results folder.
 *
 * @param round 0, 1, 2, ...: in each all arms run once
 * @param command that a user would type for the same
 * @param started time of day, ISO 8601
 * @param commit of the code, with {@code -dirty} where files differ from it
 * @param rows of the tests that ended, in order
 * @param answers of {@code attention-mass}; empty otherwise
 * @param failure the last line on stderr of a run that did not end well; empty otherwise
 */
public record RunRecord(
    int round,
    Arm arm,
    String command,
    String started,
    double seconds,
    String commit,
    MachineFacts machine,
    List<BenchRow> rows,
    List<Answer> answers,
    String failure) {}
