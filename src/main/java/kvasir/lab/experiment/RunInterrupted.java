package kvasir.lab.experiment;

/** Raised where the user has ended the processes of an arm: its run is no result. */
public final class RunInterrupted extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
