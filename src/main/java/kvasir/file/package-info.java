/**
 * Files that are there whole or not at all, and claims that keep a second process away. May import
 * {@code kvasir.error}.
 */
package kvasir.file;
