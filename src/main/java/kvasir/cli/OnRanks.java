package kvasir.cli;

/** Marks a command that runs on every rank; each other one is done by a single process. */
interface OnRanks {}
