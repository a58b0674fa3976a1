package kvasir.engine.batch;

import java.util.List;
import kvasir.cache.BlockTables;

/**
 * Plan of one step: changes, in order, and then the rows to compute. It may have changes only.
 *
 * <p>Where the offers of ranks do not decide which token is chosen, a plan asks for whole logits of
 * some rows of the step that was computed last, and has nothing else.
 *
 * @param step number of the step, counted from 0
 * @param operations changes of block tables and of the choice of tokens
 * @param spans rows to compute, at most one span of a sequence
 * @param wholeRows rows whose logits are gathered whole, ascending; counted among the rows of the
 *     last step that have logits
 */
public record StepPlan(
    long step, List<Operation> operations, List<Span> spans, List<Integer> wholeRows) {
  public StepPlan {
    operations = List.copyOf(operations);
    spans = List.copyOf(spans);
    wholeRows = List.copyOf(wholeRows);
  }

  /** Creates a plan that asks for no whole logits. */
  public StepPlan(long step, List<Operation> operations, List<Span> spans) {
    this(step, operations, spans, List.of());
  }

  /** Returns the number of rows. */
  public int rows() {
    int rows = 0;
    for (Span span : spans) {
      rows += span.rows();
    }
    return rows;
  }

  /** Returns the number of keys that all rows attend, their own included. */
  public long keys() {
    long keys = 0;
    for (Span span : spans) {
      keys += span.keys();
    }
    return keys;
  }

  /**
   * Brings tables to the state after the step: makes the changes and counts the rows as stored.
   * Memory is not touched; {@link Operation.Copy} needs a copy of its own.
   *
   * @throws IllegalStateException if the plan does not fit the tables
   */
  public void applyTo(BlockTables tables) {
    for (Operation operation : operations) {
      operation.applyTo(tables);
    }
    for (Span span : spans) {
      tables.advance(span.sequence(), span.position(), span.rows());
    }
  }
}
