// Declarations that Swift's module for the C library lacks. Only CRISystem imports this module.
#ifndef CRI_SHIMS_H
#define CRI_SHIMS_H

#include <linux/magic.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <termios.h>

// <sched.h>, <string.h>, <sys/mman.h> and <unistd.h> declare these functions only if _GNU_SOURCE is defined.
extern int setns(int descriptor, int kind);
extern int pipe2(int descriptors[2], int flags);
extern int memfd_create(const char *name, unsigned int flags);
extern void *memrchr(const void *bytes, int byte, size_t count);

// Moves the calling thread into the network namespace of a descriptor. 0x40000000 is CLONE_NEWNET, which also requires
// _GNU_SOURCE. Returns 0, or -1 with errno set.
static inline int cri_enter_network_namespace(int descriptor) { return setns(descriptor, 0x40000000); }

// Returns the magic number of the file system that contains an open file; 0 with errno set on failure.
// Swift cannot call fstatfs directly, because `statfs` names both a structure and a function.
static inline int64_t cri_file_system_magic(int descriptor) {
  struct statfs facts;
  return fstatfs(descriptor, &facts) == 0 ? (int64_t)facts.f_type : 0;
}

// Opens a directory below another directory, without following symbolic links and without leaving the latter
// (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS). Returns the descriptor, or -1 with errno set; errno is
// ENOSYS before Linux 5.6.
int cri_open_directory_below(int root, const char *path);

// Opens a path with O_PATH as a process would whose root directory is `root`: symbolic links (even absolute ones) and
// `..` stay below it, and magic links in procfs are rejected (openat2(2) with RESOLVE_IN_ROOT and
// RESOLVE_NO_MAGICLINKS). Returns the descriptor, or -1 with errno set; errno is ENOSYS before Linux 5.6.
int cri_open_in_root(int root, const char *path);

// Makes every process whose parent ends a child of this process (prctl(2), PR_SET_CHILD_SUBREAPER). It cannot fail since
// Linux 3.4.
static inline void cri_adopt_descendants(void) { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// Opens a descriptor of a process, which becomes readable when the process ends (pidfd_open(2)). Returns the descriptor, or
// -1 with errno set; errno is ENOSYS before Linux 5.3.
int cri_open_process(int pid);

// Returns free memory of the heap to the kernel, and removes the pages of the program's own file, which the kernel
// otherwise counts until memory is short, from the process; they return from the page cache when they are used.
void cri_release_memory(void);

// These functions turn signals into messages of two bytes: the number of the signal, and 1 if it is SIGINT from a
// terminal (Ctrl-C), which the kernel sends to every process of the foreground group. The handler is in C because Swift
// code is not known to be async-signal-safe.

// Sets the non-blocking descriptor to which messages are written; -1 discards them.
void cri_signals_to(int descriptor);
// Installs the handler for a signal. Returns 0, 1 if the signal was ignored (it remains ignored), or -1 with errno set.
int cri_catch_signal(int number);
// Restores the action that a signal had before cri_catch_signal.
void cri_release_signal(int number);

// Puts the terminal of a descriptor into raw mode until cri_terminal_restore, which is also called when the process
// exits, crashes or receives SIGQUIT. Returns 0, or -1 with errno set.
int cri_terminal_raw(int descriptor);
// Restores the mode that the terminal had before cri_terminal_raw. Safe in a signal handler; has no effect if there is
// nothing to restore.
void cri_terminal_restore(void);

// Sets the line on standard error and the exit code with which the process ends if an allocation fails. This applies
// only to programs that are linked with CRIAllocation.
void cri_end_without_memory(const char *line, int code);
// Sets the text that is written to standard error after that line, such as what the user must do now; an empty text
// means nothing.
void cri_note_without_memory(const char *text);
// Sets what restores the terminal before that line is written: a sequence for standard output, and the settings of
// standard input; NULL for either means nothing. The sequence must remain valid.
void cri_terminal_without_memory(const char *sequence, const struct termios *settings);
// Called by CRIAllocation after an allocation has failed. Does nothing if no line has been set.
void cri_allocation_failed(void);

#endif
