// Runs a command with its output discarded, and prints its wall time (us), user + system CPU time (us) and peak memory
// (KiB). It is in C because a process's peak memory includes its parent's at the time of fork, and a script's would exceed
// that of a small program.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  struct timespec begun, ended;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(open("/dev/null", O_WRONLY), 1);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (wait4(pid, &status, 0, &used) != pid) return 1;
  clock_gettime(CLOCK_MONOTONIC, &ended);
  printf("%ld %ld %ld\n", (ended.tv_sec - begun.tv_sec) * 1000000 + (ended.tv_nsec - begun.tv_nsec) / 1000,
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec,
         used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
