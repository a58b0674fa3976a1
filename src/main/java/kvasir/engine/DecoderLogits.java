package kvasir.engine;

import kvasir.engine.sampling.SlicedLogits;
import kvasir.model.Decoder;

/**
 * Logits of the rows of a decoder's last batch.
 *
 * @param decoder decoder of this rank; stays the caller's
 */
public record DecoderLogits(Decoder decoder) implements SlicedLogits {
  @Override
  public int vocabulary() {
    return decoder.config().vocabulary();
  }

  @Override
  public int firstToken() {
    return decoder.firstLogit();
  }

  @Override
  public int sliceTokens() {
    return decoder.sliceLogits();
  }

  @Override
  public void compute(int firstRow, int count, float[] out) {
    decoder.logitSlices(firstRow, count, out);
  }

  @Override
  public void keep(int[] rows) {
    decoder.keep(rows, rows.length);
  }

  @Override
  public void gather(int count, float[] logits) {
    decoder.gatherLogits(count, logits);
  }
}
