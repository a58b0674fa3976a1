/**
 * Files that are there whole or not at all, text files and strict JSON that users wrote, the files
 * of a model, claims that keep a second process away, errors of files that cannot be read or
 * written. May import {@code kvasir.error}.
 */
package kvasir.file;
