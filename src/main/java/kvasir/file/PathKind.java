package kvasir.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import kvasir.error.UserError;

/** The kinds of thing that stand under a path a user gave. */
public enum PathKind {
  FILE("is a file"),
  FOLDER("is a directory"),
  OTHER("is neither a file nor a directory"),
  MISSING("no such file or directory"),
  DANGLING("is a link to what is not there"),
  FORBIDDEN("cannot be looked at: permission denied");

  private final String words;

  PathKind(String words) {
    this.words = words;
  }

  /** Returns the kind of what stands under a path, links followed. */
  public static PathKind of(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return found.isRegularFile() ? FILE : found.isDirectory() ? FOLDER : OTHER;
    } catch (AccessDeniedException e) {
      return FORBIDDEN;
    } catch (IOException e) {
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? DANGLING : MISSING;
    }
  }

  /**
   * Refuses everything but a file.
   *
   * @param where the name of the path in messages, with its option
   * @param remedy what to do about it
   */
  public static void requireFile(Path path, String where, String remedy) {
    PathKind kind = of(path);
    if (kind != FILE) {
      throw new UserError(where, kind == MISSING ? "no such file" : kind.words, remedy);
    }
  }

  /** Refuses everything but a directory, as {@link #requireFile} does for files. */
  public static void requireFolder(Path path, String where, String remedy) {
    PathKind kind = of(path);
    if (kind != FOLDER) {
      throw new UserError(
          where,
          kind == MISSING
              ? "no such directory"
              : kind.words + (kind == FILE ? ", not a directory" : ""),
          remedy);
    }
    if (!Files.isExecutable(path)) {
      throw new UserError(where, "permission denied", "give yourself access to it");
    }
  }

  /** Refuses a directory to write to that is something else; one that is missing can be made. */
  public static void requireFolderOrNothing(Path path, String where) {
    if (of(path) != MISSING) {
      requireFolder(path, where, "name a directory");
    }
  }

  /** Refuses a file to write to that is something else; one that is missing can be made. */
  public static void requireFileOrNothing(Path path, String where) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null || of(parent) == MISSING) {
      throw new UserError(where, "its directory does not exist", "make it, or name another file");
    }
    if (of(path) != MISSING) {
      requireFile(path, where, "name a file");
    }
  }
}
