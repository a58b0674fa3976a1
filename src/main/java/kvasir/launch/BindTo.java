package kvasir.launch;

/** Part of the machine to which ranks and their threads are bound. */
public enum BindTo {
  NONE,
  CORE,
  NUMA
}
