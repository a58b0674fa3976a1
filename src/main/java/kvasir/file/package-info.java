/**
 * Reading and writing of whole files: atomic writes, text files and strict JSON that users wrote,
 * the paths of a model's files, locks that exclude a second process, hashes, and the errors of
 * files that cannot be read or written.
 *
 * <pre>
 *   TextFile -> StrictJson    whole file -> text -> object, or an error with the line
 *   WholeFile                 NAME.PID.new -> force -> rename to NAME
 *   FileClaim                 one process at a time
 *   ContentHash -> HashCache  bytes -> hash, kept until the file changes
 * </pre>
 */
package kvasir.file;
