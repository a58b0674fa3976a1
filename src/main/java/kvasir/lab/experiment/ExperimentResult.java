package kvasir.lab.experiment;

import java.util.List;

/**
 * The result of an experiment, as far as it has run.
 *
 * @param arms all arms, including those that cannot run
 * @param runs all runs that have ended, by round and then in the order of arms
 */
public record ExperimentResult(Definition definition, List<Arm> arms, List<RunRecord> runs) {}
