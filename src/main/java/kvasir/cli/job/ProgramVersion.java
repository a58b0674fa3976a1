package kvasir.cli.job;

/** Version of this program. Ranks of different versions do not work together. */
public final class ProgramVersion {
  /** Version as text, equal to that in pom.xml. */
  public static final String TEXT = "0.1.0";

  private ProgramVersion() {}
}
