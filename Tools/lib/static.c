// Linked into the static binaries by Tools/static, in place of the function named after __wrap_ (ld --wrap).
#include <stddef.h>

// Before main, Swift's runtime looks for its crash helper beside itself, and aborts where /proc is not mounted, as in an
// empty chroot. A static binary has no such helper, so the answer is no (which also saves the search at every start).
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}
