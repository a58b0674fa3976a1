/**
 * Measurement of this machine and this code: tests in the manner of llama-bench, and the read limit
 * and FMA limit of the machine beside them.
 *
 * <pre>
 *   each rank   warm-up, timed runs   -&gt;  RankReport
 *   rank 0      RankReports, Limits   -&gt;  BenchRow  -&gt;  BenchTable (md, csv, json, jsonl)
 * </pre>
 */
package kvasir.lab.bench;
