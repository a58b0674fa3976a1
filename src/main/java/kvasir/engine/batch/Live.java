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

  /** True if tokens of the prompt are described. */
  final boolean scored;

  /** True if the attention of its tokens is counted by block. */
  final boolean watched;

  /** Number of first tokens of the prompt that have been described. */
  int described = 1;

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

  /** True if the sequence must not choose a token in the step in flight. */
  boolean held;

  /** End that was reported while the step was in flight. */
  boolean ended;

  /** First position without sound keys, if the end is a failure. */
  int failedFrom = Integer.MAX_VALUE;

  Live(Sequence sequence, int outputLimit, Request request) {
    this.sequence = sequence;
    this.outputLimit = outputLimit;
    this.choice = request.choice();
    this.scored = request.scored();
    this.watched = request.watched();
  }

  /** Returns whether a token of the prompt is still to be described. */
  boolean scoring() {
    return scored && described < sequence.promptTokens();
  }

  /**
   * Returns the number of last rows of a span whose logits are needed.
   *
   * @param position position of the first row
   * @param end position behind the last row
   */
  int logits(int position, int end) {
    if (!scoring()) {
      return choosing ? 1 : 0;
    }
    // Row i describes token i + 1; that of the last row of all is still to be chosen.
    return Math.max(0, end - Math.max(position, described - 1));
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
