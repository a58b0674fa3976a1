package kvasir.engine.batch;

import kvasir.cache.BlockTables;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.TokenMask;

/**
 * Change that all ranks make before the rows of a step are computed: of block tables, or of what
 * they know about the choice of tokens.
 */
public sealed interface Operation {
  /** Returns the number of the sequence that changes. */
  long sequence();

  /**
   * Makes the change of block tables.
   *
   * @throws IllegalStateException if it does not fit the tables
   */
  void applyTo(BlockTables tables);

  /**
   * Beginning of a sequence.
   *
   * @param sharedSlots slots of its first blocks, which are computed and whole
   */
  record Start(long sequence, int[] sharedSlots) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      tables.start(sequence, sharedSlots);
    }
  }

  /**
   * Options of a sequence that begins, with those of its tokens that no span brings, since their
   * keys and values are stored already. Every rank applies bias and penalties to its slice of the
   * logits by them. The tables stay as they are.
   *
   * @param promptTokens number of tokens in the prompt
   * @param stored number of first tokens that no span brings
   * @param promptIds ids of those of them that are of the prompt, ascending, each once; none if no
   *     penalty counts them
   * @param outputIds ids of those of them that are of the output, in order
   */
  record Choose(
      long sequence,
      ChoiceOptions options,
      int promptTokens,
      int stored,
      int[] promptIds,
      int[] outputIds)
      implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      // Tables have no part in the choice of tokens.
    }
  }

  /**
   * Set of the tokens from which a sequence's next ones are chosen, until another one comes. The
   * tables stay as they are.
   */
  record Mask(long sequence, TokenMask tokens) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      // Tables have no part in the choice of tokens.
    }
  }

  /**
   * Addition of a sequence's next block.
   *
   * @param block number of the block in the sequence
   * @param slot its slot on the rank that owns it
   */
  record Add(long sequence, int block, int slot) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      tables.add(sequence, block, slot);
    }
  }

  /**
   * Copy of the keys and values of a block's first tokens. The rank that owns the block copies
   * memory, in the order of operations; the others count the tokens only.
   *
   * @param block number of the sequence's last block, which is empty
   * @param source slot to copy from
   * @param target slot to copy to: that of the block
   * @param tokens number of tokens to copy
   */
  record Copy(long sequence, int block, int source, int target, int tokens) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      if (tables.table(sequence).slot(block) != target) {
        throw new IllegalStateException("sequence " + sequence + " copies to another's block");
      }
      tables.copy(sequence, block, source, tokens);
    }
  }

  /**
   * Cut of a sequence.
   *
   * @param tokens number of stored tokens that remain
   */
  record Truncate(long sequence, int tokens) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      tables.truncate(sequence, tokens);
    }
  }

  /**
   * Reading of a sequence's blocks from files, as far as all ranks find theirs. The ranks agree on
   * the number after the plan's other operations, and count the tokens of these blocks as stored.
   *
   * @param block first block to read; the blocks before it are stored
   * @param ids tokens of the sequence from its first one to the end of the last block to read, for
   *     which the sequence has slots
   */
  record Load(long sequence, int block, int[] ids) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      // The ranks must find the blocks first.
    }
  }

  /**
   * Writing of a sequence's first blocks to files, each by the rank that owns it, before the next
   * plan's operations. The tables stay as they are.
   *
   * @param slots slot of each block; nothing else is stored there before the next plan
   * @param ids tokens of these blocks
   */
  record Save(long sequence, int[] slots, int[] ids) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      // The sequence may be released in the same plan.
    }
  }

  /**
   * Beginning of a sequence whose attention is counted by block, for each token that is chosen. The
   * tables stay as they are.
   */
  record Watch(long sequence) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      // Tables have no part in the counts.
    }
  }

  /** End of a sequence, or its preemption: its table is removed. */
  record Release(long sequence) implements Operation {
    @Override
    public void applyTo(BlockTables tables) {
      tables.release(sequence);
    }
  }
}
