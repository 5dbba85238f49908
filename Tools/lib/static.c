// Linked into the static binaries by Tools/static, so that they run without /proc, as in an empty chroot.
// A function named __wrap_X takes the place of X (ld --wrap).
#include <stddef.h>

// Swift reads its arguments from /proc/self/cmdline, unless it was given them; the C library gives them to constructors.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);
__attribute__((constructor)) static void give_arguments(int count, char **arguments) {
  _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}

// Before main, Swift's runtime looks for its crash helper beside itself, and aborts where it cannot tell where that is.
// A static binary has no such helper, so the answer is no (which also saves the search at every start).
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}
