package kvasir.cli;

/** What ranks and their threads are bound to. */
enum BindTo {
  NONE,
  CORE,
  NUMA
}
