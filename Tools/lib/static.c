// Linked into the static binaries by Tools/static, so that they run without /proc, as in an empty chroot.
// A function named __wrap_X takes the place of X (ld --wrap).
#include <malloc.h>
#include <stddef.h>

// Swift reads its arguments from /proc/self/cmdline, unless it was given them; the C library gives them to constructors.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);
__attribute__((constructor)) static void give_arguments(int count, char **arguments) {
  _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}

// One heap for the few threads there are: each of its own costs a dozen system calls and as many pages.
__attribute__((constructor)) static void share_heap(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 1 << 20);
}

// Before main, Swift's runtime looks for its crash helper beside itself, and aborts where it cannot tell where that is.
// A static binary has no such helper, so the answer is no (which also saves the search at every start).
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}
