package kvasir.cluster;

/** A world of one rank: nothing is ever sent. */
public final class SoloCommunicator implements Communicator {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void send(float[] data, int count, int peer) {
    throw alone();
  }

  @Override
  public void receive(float[] data, int count, int peer) {
    throw alone();
  }

  @Override
  public void send(long[] data, int count, int peer) {
    throw alone();
  }

  @Override
  public void receive(long[] data, int count, int peer) {
    throw alone();
  }

  @Override
  public void close() {}

  private static IllegalStateException alone() {
    return new IllegalStateException("a single rank has nobody to talk to");
  }
}
