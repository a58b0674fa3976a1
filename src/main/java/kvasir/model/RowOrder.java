package kvasir.model;

/** Order in which a file stores the rows of a matrix. */
sealed interface RowOrder {
  /** Order of Hugging Face's files, in which the model computes. */
  RowOrder SAME = new Same();

  /** Returns the number in the file of a row of the matrix. */
  int inFile(int row);

  /** Rows in the order of the matrix. */
  record Same() implements RowOrder {
    @Override
    public int inFile(int row) {
      return row;
    }
  }

  /**
   * Rows of query or key heads of Llama models in GGUF files. The two elements that a rotation
   * turns stand side by side, where the model has them half a head apart:
   *
   * <pre>
   *   row of a head of 8    0 1 2 3 4 5 6 7
   *   its row in the file   0 2 4 6 1 3 5 7
   * </pre>
   *
   * @param headDim rows of one head
   */
  record Pairs(int headDim) implements RowOrder {
    @Override
    public int inFile(int row) {
      int inHead = row % headDim;
      int half = headDim / 2;
      int pair = inHead % half;
      return row - inHead + 2 * pair + inHead / half;
    }
  }
}
