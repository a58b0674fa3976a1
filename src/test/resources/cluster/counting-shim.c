/* A profiler of MPI in small: takes the place of MPI_Isend, counts, and says so at the end. With BARE it is a
   library that has one function of MPI and needs another one that is nowhere. Needs no mpi.h: Open MPI's handles
   are pointers. */
#include <stdio.h>

extern int PMPI_Isend(const void *, int, void *, int, int, void *, void **);
extern int PMPI_Finalize(void);
extern int PMPI_Init_thread(int *, char ***, int, int *);
static long sends;

int MPI_Init_thread(int *count, char ***words, int wanted, int *provided) {
  return PMPI_Init_thread(count, words, wanted, provided);
}

#ifndef BARE
int MPI_Isend(const void *data, int count, void *type, int to, int tag, void *comm, void **request) {
  sends++;
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}

int MPI_Finalize(void) {
  fprintf(stderr, "counted %s\n", sends > 0 ? "sends" : "nothing");
  return PMPI_Finalize();
}
#endif
