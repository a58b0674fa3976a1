/**
 * Experiments that compare configurations by measurement: definitions in TOML files, their arms as
 * child processes of the {@code bench} or {@code ask} command, and results on disk from which an
 * interrupted experiment is resumed.
 *
 * <pre>
 *   NAME.toml  -&gt;  Definition  -&gt;  ArmGrid: Arm, Arm, ...
 *                                    |
 *   Runner:  round 0  all arms in random order, each in new processes  -&gt;  RunRecord, ...
 *            round 1  ...                                                    |
 *                                                        ResultFolder  -&gt;  ExperimentResult
 * </pre>
 */
package kvasir.lab.experiment;
