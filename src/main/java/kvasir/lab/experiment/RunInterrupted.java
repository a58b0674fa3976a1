package kvasir.lab.experiment;

/** Thrown if the user has ended the processes of an arm, whose run then has no result. */
public final class RunInterrupted extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
