// Tools/static links this file into the static binaries, so that they run without /proc, for example in an empty chroot.
// A function named __wrap_X replaces X (ld --wrap).
#include <malloc.h>
#include <stddef.h>

// Swift reads the arguments from /proc/self/cmdline unless they are set. The C library passes them to constructors.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);
__attribute__((constructor)) static void give_arguments(int count, char **arguments) {
  _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}

// The few threads share one heap, because each additional heap costs about a dozen system calls and pages.
__attribute__((constructor)) static void share_heap(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 1 << 20);
}

// Before main, Swift's runtime searches for its crash helper in its own directory, and aborts if it cannot
// determine this directory.
// A static binary has no such helper, so this function reports none, which also saves the search.
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}
