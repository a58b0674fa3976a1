package kvasir.launch;

import java.util.concurrent.CompletableFuture;

/**
 * Ranks that are started once and do one order after the other. Between orders they are idle: they
 * wait without a limit for as long as the process that has started them lives, and take no
 * processor for that but four signs of life a second. Safe for several threads.
 */
public interface World extends AutoCloseable {
  /**
   * Has all ranks do an order, after those before it.
   *
   * @return the highest exit code of the ranks, when all have done the order; the code of the loss
   *     where a rank is lost
   */
  CompletableFuture<Integer> order(Order order);

  /** Has the ranks end after their last order, and waits for that. */
  @Override
  void close();
}
