// What Swift's module of the C library lacks. Only CRISystem imports it.
#ifndef CRI_SHIMS_H
#define CRI_SHIMS_H

#include <linux/magic.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/vfs.h>

// <sched.h>, <string.h>, <sys/mman.h> and <unistd.h> declare them for _GNU_SOURCE only, which an importing module may not have asked for.
extern int setns(int descriptor, int kind);
extern int pipe2(int descriptors[2], int flags);
extern int memfd_create(const char *name, unsigned int flags);
extern void *memrchr(const void *bytes, int byte, size_t count);

// Moves the calling thread into the network namespace behind a descriptor. The kernel's CLONE_NEWNET is a GNU macro too.
static inline int cri_enter_network_namespace(int descriptor) { return setns(descriptor, 0x40000000); }

// The magic number of the file system that an open file is on; 0 with errno set where the kernel does not say.
// A function, since `statfs` is a structure to Swift as well as a function.
static inline int64_t cri_file_system_magic(int descriptor) {
  struct statfs facts;
  return fstatfs(descriptor, &facts) == 0 ? (int64_t)facts.f_type : 0;
}

// Signals as messages of two bytes: the number, and 1 for a terminal's Ctrl-C, which the kernel sends to every process of
// the group. In C, since only that is known to be safe in a handler.
// Names the descriptor that the messages go to; it must not block. -1: nowhere.
void cri_signals_to(int descriptor);
// Catches a signal. Returns 0; 1 where it is ignored, and stays so; -1 with errno set.
int cri_catch_signal(int number);
// Puts back what cri_catch_signal has found.
void cri_release_signal(int number);

#endif
