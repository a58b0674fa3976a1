package kvasir.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import kvasir.error.UserError;

/** Kinds of file that a path given by a user may name. */
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

  /** Returns the kind of file that a path names; links are followed. */
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
   * Checks that a path names a file.
   *
   * @param where name of the path in messages, with its option
   * @param remedy advice to the user
   * @throws UserError if it does not
   */
  public static void requireFile(Path path, String where, String remedy) {
    PathKind kind = of(path);
    if (kind != FILE) {
      throw new UserError(where, kind == MISSING ? "no such file" : kind.words, remedy);
    }
  }

  /**
   * Checks that a path names a directory with access to it.
   *
   * @param where name of the path in messages, with its option
   * @param remedy advice to the user
   * @throws UserError if it does not
   */
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

  /**
   * Checks a path that a directory is written to: it must name a directory or nothing.
   *
   * @param where name of the path in messages, with its option
   * @throws UserError if it names something else
   */
  public static void requireFolderOrNothing(Path path, String where) {
    if (of(path) != MISSING) {
      requireFolder(path, where, "name a directory");
    }
  }

  /**
   * Checks a path that a file is written to: it must name a file or nothing, in a directory that
   * exists.
   *
   * @param where name of the path in messages, with its option
   * @throws UserError if it names something else or the directory does not exist
   */
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
