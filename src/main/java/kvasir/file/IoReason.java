package kvasir.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The reason of an error of the file system in words: its own message may be a path alone. */
public final class IoReason {
  private IoReason() {}

  /** Returns the reason. */
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> "no such file or directory";
      case AccessDeniedException denied -> "permission denied";
      case FileAlreadyExistsException there -> "there is something else of that name";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
