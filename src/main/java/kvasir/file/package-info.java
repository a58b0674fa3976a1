/**
 * Files that are there whole or not at all, and claims that keep a second process away, what a user
 * reads of those that cannot be written. May import {@code kvasir.error}.
 */
package kvasir.file;
