package kvasir.engine.batch;

import kvasir.cache.BlockKey;
import kvasir.cache.Sequence;
import kvasir.engine.sampling.ChoiceOptions;

/** A sequence from its submission to its end, with what the scheduler notes about it. */
final class Live {
  final Sequence sequence;

  /** Largest number of output tokens. */
  final int outputLimit;

  /** Options by which tokens are chosen. */
  ChoiceOptions choice;

  /** Key of the block that the sequence waits for, and the sequence that computes it, or null. */
  BlockKey awaitedKey;

  Live awaited;

  /** Number of first blocks that all ranks have been told. */
  int announced;

  /** Number of first blocks that are shared or have been offered to others. */
  int offered;

  /** Number of first blocks that others may wait for. */
  int promised;

  /** Largest number of tokens that have ever been stored. */
  int everComputed;

  /** True if the sequence has begun at least once. */
  boolean begun;

  /** True if files are to be searched for the blocks behind the shared ones. */
  boolean searching;

  /** First step in which the sequence may begin. */
  long notBefore;

  /** Number of rows in the step in flight, and whether the last one's logits are needed. */
  int rows;

  boolean choosing;

  /** End that was reported while the step was in flight. */
  boolean ended;

  /** First position without sound keys, if the end is a failure. */
  int failedFrom = Integer.MAX_VALUE;

  Live(Sequence sequence, int outputLimit, ChoiceOptions choice) {
    this.sequence = sequence;
    this.outputLimit = outputLimit;
    this.choice = choice;
  }

  long number() {
    return sequence.number();
  }

  /** Returns the number of tokens whose keys are stored when the last token has been chosen. */
  int mostStored() {
    return sequence.promptTokens() + outputLimit - 1;
  }

  /** Returns whether the sequence needs one row only to choose its next token. */
  boolean decoding() {
    return sequence.pending() == 1;
  }
}
