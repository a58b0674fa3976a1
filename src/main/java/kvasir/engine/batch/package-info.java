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
 *                  forward pass, slice of logits, offers                 |
 *                                       | one message                    |
 *   rank 0                         TokenChooser -----&gt; tokens ---------&gt; +
 * </pre>
 *
 * <p>A plan names every sequence by its number and every block by its slot, so that ranks other
 * than 0 decide nothing. It brings the options of a sequence that begins, and then its tokens, so
 * that each rank applies bias and penalties to its slice of the logits.
 */
package kvasir.engine.batch;
