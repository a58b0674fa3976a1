/**
 * Commands, and the only main method. Only this package and {@code launch} read the environment;
 * only this package prints and exits. It may import every other package.
 */
package kvasir.cli;
