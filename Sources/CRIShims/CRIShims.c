#define _GNU_SOURCE
#include "CRIShims.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

_Static_assert(NSFS_MAGIC == 0x6e736673, "NSFS_MAGIC must have the value that CRISystem uses");

static volatile sig_atomic_t destination = -1;
static struct sigaction previous[NSIG];

static void write_message(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  unsigned char message[2] = {(unsigned char)number, number == SIGINT && info->si_code == SI_KERNEL};
  ssize_t written = destination < 0 ? 0 : write(destination, message, sizeof message);
  (void)written; // If the pipe is full, the reader already has more signals to read than it needs.
  errno = error;
}

void cri_signals_to(int descriptor) { destination = descriptor; }

int cri_catch_signal(int number) {
  if (sigaction(number, NULL, &previous[number]) != 0) return -1;
  // nohup, and shells for background jobs, start programs with signals ignored on purpose. This does not apply to SIGCHLD and
  // SIGPIPE.
  if (previous[number].sa_handler == SIG_IGN && number != SIGCHLD && number != SIGPIPE) return 1;
  struct sigaction action = {.sa_sigaction = write_message, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}

void cri_release_signal(int number) { sigaction(number, &previous[number], NULL); }

static int memory_code;
static char memory_line[256];
static size_t memory_length;

void cri_end_without_memory(const char *line, int code) {
  memory_code = code;
  memory_length = strlen(line) < sizeof memory_line ? strlen(line) : sizeof memory_line;
  memcpy(memory_line, line, memory_length);
}

void cri_allocation_failed(void) {
  if (memory_length == 0) return;
  ssize_t written = write(STDERR_FILENO, memory_line, memory_length);
  (void)written;
  _exit(memory_code);
}
