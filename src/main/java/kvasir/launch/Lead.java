package kvasir.launch;

import java.net.Socket;

/**
 * Part of a piece of work that the process which has started the ranks does, while they work.
 * Thread-safe.
 */
public interface Lead {
  /**
   * Uses the connection that rank 0 of a new world has opened, until it ends; called in a thread of
   * its own.
   *
   * @param rankZero the connection, which is closed afterwards
   */
  void serve(Socket rankZero);

  /**
   * Called after the loss of a rank, when all ranks of its world have ended.
   *
   * @return false if no other world is to be started
   */
  boolean lost();
}
