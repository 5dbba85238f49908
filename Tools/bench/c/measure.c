// Runs a command with its output discarded, and prints its wall time (us), user + system CPU time (us) and peak memory
// (KiB). It is in C because a process's peak memory includes its parent's at the time of fork, and a script's memory would
// exceed that of a small program.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(open("/dev/null", O_WRONLY), 1);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (wait4(pid, &status, 0, &used) != pid) return 1;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%ld %ld %ld\n", (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000,
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec,
         used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
