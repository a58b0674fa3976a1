/**
 * Reading and writing of whole files: atomic writes, text files and strict JSON that users wrote,
 * the paths of a model's files, locks that exclude a second process, hashes, and the errors of
 * files that cannot be read or written.
 */
package kvasir.file;
