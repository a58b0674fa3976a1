package kvasir.launch;

import java.util.concurrent.CompletableFuture;

/**
 * Ranks that are started once and do one order after the other. Between orders they wait, without a
 * time limit, for as long as the process that started them lives. A waiting rank uses no processor
 * time except for four signs of life each second. Thread-safe.
 */
public interface World extends AutoCloseable {
  /**
   * Adds an order, which all ranks do after the orders before it.
   *
   * @return completed when all ranks have done the order, with the highest exit code of a rank;
   *     after the loss of a rank, with the exit code of the loss
   */
  CompletableFuture<Integer> order(Order order);

  /** Ends the ranks after their last order, and waits for their end. */
  @Override
  void close();
}
