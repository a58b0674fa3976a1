/**
 * Files that are there whole or not at all, claims that keep a second process away, strict JSON,
 * what a user reads of those that cannot be written. May import {@code kvasir.error}.
 */
package kvasir.file;
