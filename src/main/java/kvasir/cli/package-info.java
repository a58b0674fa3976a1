/**
 * The command line: the only main, the only place that reads the environment, prints, and exits.
 * May import everything.
 */
package kvasir.cli;
