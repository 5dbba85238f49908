// Replacements for the C library's allocation functions, for the command `cri` only. If an allocation fails, the
// command exits with a one-line error message (see cri_end_without_memory). Without them, Swift would print a message
// and a stack trace, and the command would be killed by a signal.
//
// The functions of a dynamically linked program take precedence over those of the C library, which are still available
// under other names. In a static program, Tools/static renames the calls (ld --wrap) and defines CRI_STATIC.
#include "CRIShims.h"
#include <errno.h>
#include <malloc.h>
#include <stddef.h>

// Large blocks are returned to the kernel when they are freed. By default, the C library keeps large blocks once the
// first one has been freed.
__attribute__((constructor)) static void return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 256 << 10); }

#ifdef CRI_STATIC
#define OURS(name) __wrap_##name
#define THEIRS(name) __real_##name
#else
#define OURS(name) name
#define THEIRS(name) __libc_##name
#endif

// A sanitizer replaces the same functions.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern void *THEIRS(malloc)(size_t size);
extern void *THEIRS(calloc)(size_t count, size_t size);
extern void *THEIRS(realloc)(void *memory, size_t size);
extern void *THEIRS(memalign)(size_t alignment, size_t size);

static inline void *checked(void *memory) {
  if (memory == NULL) cri_allocation_failed();
  return memory;
}

void *OURS(malloc)(size_t size) { return checked(THEIRS(malloc)(size)); }

void *OURS(calloc)(size_t count, size_t size) { return checked(THEIRS(calloc)(count, size)); }

// realloc(memory, 0) frees the memory and returns NULL.
void *OURS(realloc)(void *memory, size_t size) {
  void *result = THEIRS(realloc)(memory, size);
  return size == 0 ? result : checked(result);
}

void *OURS(memalign)(size_t alignment, size_t size) { return checked(THEIRS(memalign)(alignment, size)); }

void *OURS(aligned_alloc)(size_t alignment, size_t size) { return OURS(memalign)(alignment, size); }

int OURS(posix_memalign)(void **result, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = OURS(memalign)(alignment, size);
  if (memory == NULL) return ENOMEM;
  *result = memory;
  return 0;
}

#endif
