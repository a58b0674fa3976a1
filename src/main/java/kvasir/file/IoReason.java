package kvasir.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Reason of a file system error in words; the message of the exception itself may be only a path.
 */
public final class IoReason {
  private IoReason() {}

  /** Returns the reason of an error in words. */
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
