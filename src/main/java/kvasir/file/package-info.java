/**
 * Reading and writing of whole files: atomic writes, text files, JSON that users or this program
 * wrote, the paths of a model's files, locks that exclude a second process, hashes, and the errors
 * of files that cannot be read or written.
 *
 * <pre>
 *   TextFile -> StrictJson    whole file -> text -> object, or an error with the line
 *   Json                      record -> text -> record, for JSON of this program
 *   Csv                       rows -> text
 *   WholeFile                 NAME.PID.new -> force -> rename to NAME
 *   FileClaim                 one process at a time
 *   ContentHash -> HashCache  bytes -> hash, kept until the file changes
 * </pre>
 */
package kvasir.file;
