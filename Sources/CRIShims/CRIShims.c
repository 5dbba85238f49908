#define _GNU_SOURCE
#include "CRIShims.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

_Static_assert(NSFS_MAGIC == 0x6e736673, "NSFS_MAGIC must have the value that CRISystem uses");

static volatile sig_atomic_t destination = -1;
static struct sigaction previous[NSIG];

static void write_message(int number, siginfo_t *info, void *context) {
  (void)context;
  int error = errno;
  unsigned char message[2] = {(unsigned char)number, (number == SIGINT || number == SIGQUIT) && info->si_code == SI_KERNEL};
  ssize_t written = destination < 0 ? 0 : write(destination, message, sizeof message);
  (void)written; // If the pipe is full, the reader already has more signals to read than it needs.
  errno = error;
}

void cri_signals_to(int descriptor) { destination = descriptor; }

int cri_catch_signal(int number) {
  if (sigaction(number, NULL, &previous[number]) != 0) return -1;
  // nohup, and shells that start background jobs, deliberately ignore signals in the programs that they start. SIGCHLD
  // and SIGPIPE are not among these signals.
  if (previous[number].sa_handler == SIG_IGN && number != SIGCHLD && number != SIGPIPE) return 1;
  struct sigaction action = {.sa_sigaction = write_message, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}

void cri_release_signal(int number) { sigaction(number, &previous[number], NULL); }

static struct termios terminal_before;
static struct termios terminal_raw;
static volatile sig_atomic_t terminal = -1;
// The actions of the signals that would end the process while the terminal is in raw mode, and that SignalWatch does not
// deliver. A parent process can have blocked them, or can have ignored SIGQUIT.
static struct sigaction ending_before[_NSIG];
static bool is_ending[_NSIG];
static struct sigaction continue_before;

// A background process that changes the terminal would be stopped by SIGTTOU.
static int set_terminal(int descriptor, const struct termios *settings) {
  sigset_t output, old;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &old);
  int result = tcsetattr(descriptor, TCSANOW, settings);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return result;
}

// Whether this is a signal for which another handler must not keep the terminal in raw mode.
static bool is_crash(int number) {
  switch (number) {
    case SIGQUIT: case SIGILL: case SIGTRAP: case SIGABRT: case SIGSEGV: case SIGBUS: case SIGFPE: case SIGSYS: return true;
    default: return false;
  }
}

static bool has_harmless_default(int number) {
  switch (number) {
    case SIGCHLD: case SIGCONT: case SIGURG: case SIGWINCH: case SIGTSTP: case SIGTTIN: case SIGTTOU: return true;
    default: return false;
  }
}

static void restore_and_quit(int number) {
  cri_terminal_restore();
  signal(number, SIG_DFL);
  raise(number);
}

static void make_raw_again(int number) {
  (void)number;
  int error = errno;
  if (terminal >= 0) set_terminal(terminal, &terminal_raw);
  errno = error;
}

int cri_terminal_raw(int descriptor) {
  static int registered;
  if (tcgetattr(descriptor, &terminal_before) != 0) return -1;
  terminal_raw = terminal_before;
  cfmakeraw(&terminal_raw);
  if (set_terminal(descriptor, &terminal_raw) != 0) return -1;
  terminal = descriptor;
  if (!registered) registered = atexit(cri_terminal_restore) == 0;
  struct sigaction action = {.sa_handler = restore_and_quit};
  sigemptyset(&action.sa_mask);
  sigset_t delivered;
  sigemptyset(&delivered);
  for (int number = 1; number < _NSIG; number++) {
    is_ending[number] = false;
    // This fails for SIGKILL, SIGSTOP and the signals of the C library.
    if (has_harmless_default(number) || sigaction(number, NULL, &ending_before[number]) != 0) continue;
    void (*handler)(int) = ending_before[number].sa_handler;
    if (handler == SIG_IGN || (handler != SIG_DFL && !is_crash(number))) continue;
    if (sigaction(number, &action, NULL) != 0) continue;
    is_ending[number] = true;
    sigaddset(&delivered, number);
  }
  action.sa_flags = SA_RESTART;
  // The shell sets its own terminal mode while this process is stopped.
  action.sa_handler = make_raw_again;
  sigaction(SIGCONT, &action, &continue_before);
  sigaddset(&delivered, SIGCONT);
  pthread_sigmask(SIG_UNBLOCK, &delivered, NULL);
  return 0;
}

void cri_terminal_restore(void) {
  if (terminal < 0) return;
  set_terminal(terminal, &terminal_before);
  terminal = -1;
  for (int number = 1; number < _NSIG; number++) {
    if (is_ending[number]) sigaction(number, &ending_before[number], NULL);
  }
  sigaction(SIGCONT, &continue_before, NULL);
}

// The first values are for Swift's runtime, which needs memory before the program itself begins.
#define FIRST_LINE "cri: out of memory; allow more (ulimit -v, the unit's MemoryMax)\n"
static int memory_code = 11;
static char memory_line[256] = FIRST_LINE;
static size_t memory_length = sizeof FIRST_LINE - 1;

void cri_end_without_memory(const char *line, int code) {
  memory_code = code;
  memory_length = strlen(line) < sizeof memory_line ? strlen(line) : sizeof memory_line;
  memcpy(memory_line, line, memory_length);
}

static char memory_note[4096];
static volatile size_t note_length;

void cri_note_without_memory(const char *text) {
  size_t length = strlen(text) < sizeof memory_note ? strlen(text) : sizeof memory_note;
  note_length = 0;
  memcpy(memory_note, text, length);
  note_length = length;
}

static const char *volatile terminal_sequence;
static struct termios terminal_settings;
static volatile sig_atomic_t has_settings;

void cri_terminal_without_memory(const char *sequence, const struct termios *settings) {
  has_settings = 0;
  if (settings != NULL) terminal_settings = *settings;
  terminal_sequence = sequence;
  has_settings = settings != NULL;
}

// From here on, only functions that do not allocate memory are called.
static void write_all(int descriptor, const char *text, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, text, length);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) {
      text += written;
      length -= (size_t)written;
    }
  }
}

void cri_allocation_failed(void) {
  cri_terminal_restore();
  if (terminal_sequence != NULL) write_all(STDOUT_FILENO, terminal_sequence, strlen(terminal_sequence));
  if (has_settings) tcsetattr(STDIN_FILENO, TCSANOW, &terminal_settings);
  write_all(STDERR_FILENO, memory_line, memory_length);
  write_all(STDERR_FILENO, memory_note, note_length);
  _exit(memory_code);
}
