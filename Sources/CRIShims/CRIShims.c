#define _GNU_SOURCE
#include "CRIShims.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

_Static_assert(NSFS_MAGIC == 0x6e736673, "the magic number of namespaces");

static volatile sig_atomic_t destination = -1;
static struct sigaction found[NSIG];

static void tell(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  // A terminal that hangs up tells its session's leader alone.
  unsigned char message[2] = {(unsigned char)number, number == SIGINT && info->si_code == SI_KERNEL};
  ssize_t written = destination < 0 ? 0 : write(destination, message, sizeof message);
  (void)written; // Full: whoever reads has more signals to read than can matter.
  errno = error;
}

void cri_signals_to(int descriptor) { destination = descriptor; }

int cri_catch_signal(int number) {
  if (sigaction(number, NULL, &found[number]) != 0) return -1;
  // Whoever started us wants it to be ignored: nohup, or a shell's background job. SIGCHLD and SIGPIPE mean nothing by it.
  if (found[number].sa_handler == SIG_IGN && number != SIGCHLD && number != SIGPIPE) return 1;
  struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}

void cri_release_signal(int number) { sigaction(number, &found[number], NULL); }
