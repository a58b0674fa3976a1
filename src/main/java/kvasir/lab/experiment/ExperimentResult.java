package kvasir.lab.experiment;

import java.util.List;

/**
 * All of one experiment's folder.
 *
 * @param arms that were planned, those among them that were skipped too
 * @param runs that have ended, by round and in the order of arms
 */
public record ExperimentResult(Definition definition, List<Arm> arms, List<RunRecord> runs) {}
