// Linked into the static binaries by Tools/static, each in place of the function named after __wrap_ (ld --wrap).
#include <stddef.h>

// Before main, Swift's runtime looks for its crash helper beside itself, and aborts where /proc is not mounted, as in an
// empty chroot. A static binary has no such helper, so the answer is no (which also saves the search at every start).
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}

// Dispatch reads /proc/TID/stat of its threads every second, to add some where all are blocked, and crashes where that
// file is missing: without /proc, or under the /proc of another PID namespace (`chroot /host` in a pod). It watches only
// threads that were registered. Without that a queue keeps to one thread a core; nothing here blocks those for long.
void __wrap__dispatch_workq_worker_register(void *queue) { (void)queue; }
void __wrap__dispatch_workq_worker_unregister(void *queue) { (void)queue; }
