#define _GNU_SOURCE
#include "CRIShims.h"
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

// The program itself is the first object. Only segments that were never writable have the same contents in the file.
static int release_program(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
    uintptr_t start = object->dlpi_addr + segment->p_vaddr, end = start + segment->p_filesz;
    start = (start + page - 1) / page * page;
    if (end / page * page > start) madvise((void *)start, end / page * page - start, MADV_DONTNEED);
  }
  return 1;
}

void cri_release_memory(void) {
  malloc_trim(0);
  dl_iterate_phdr(release_program, NULL);
}
