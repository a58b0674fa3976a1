package kvasir.launch;

/** What ranks and their threads are bound to. */
public enum BindTo {
  NONE,
  CORE,
  NUMA
}
