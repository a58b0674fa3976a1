package kvasir.cli;

/** Marker for a command that runs on every rank. Other commands run in a single process. */
interface OnRanks {}
