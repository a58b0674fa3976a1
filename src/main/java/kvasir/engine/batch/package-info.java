/**
 * Continuous batching: the plan of each step, decided on rank 0 and applied by all ranks.
 *
 * <pre>
 *   rank 0         submit, cancel -&gt; {@link kvasir.engine.batch.Scheduler}
 *                                       | next()                         ^
 *                                       v                                | chosen, finished, failed
 *                                    StepPlan  -- 4 KiB and more --+     | stepTook
 *                                       |                          |     |
 *   every rank     BlockTables  &lt;-- operations, spans  &lt;-----------+     |
 *                                       |                                |
 *                                  forward pass -----&gt; logits ---------&gt; +
 * </pre>
 *
 * <p>A plan names every sequence by its number and every block by its slot, so that ranks other
 * than 0 decide nothing. The package knows neither model nor messages.
 */
package kvasir.engine.batch;
