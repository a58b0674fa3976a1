package kvasir.lab.experiment;

import java.util.List;
import kvasir.lab.bench.BenchRow;
import kvasir.measure.MachineFacts;

/**
 * The result of one start of one arm. Each has a file of its own in the results folder.
 *
 * @param round number of the round, from 0; in each round all arms run once
 * @param command command that a user would type to repeat the run
 * @param started start time, in ISO 8601
 * @param seconds duration of the run
 * @param commit git commit of the code, with {@code -dirty} if files differ from it
 * @param rows rows of the tests that ended, in order
 * @param answers answers of an {@code attention-mass} experiment; empty otherwise
 * @param failure the reason for which the run failed, in one line; empty if it succeeded
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
