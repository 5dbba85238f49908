"""Runs one program after another for common.Runner, in a separate process that stays small.

The kernel counts the memory of the process that starts a program as memory of the program (ru_maxrss), so the large
process that makes the inputs must not start it. Requests and results are marshalled tuples on stdin and stdout.
"""

import marshal
import os
import resource
import select
import signal
import sys
import time

# The largest file, and the largest output, that a program may write. A program that writes more gets SIGXFSZ.
LARGEST_FILE = 256 << 20


def run(arguments, environment, directory, stdin, seconds, processor):
    """Runs a program and returns (status, seconds, CPU seconds, peak memory in bytes, stdout, stderr)."""
    os.chdir(directory)
    streams = [os.memfd_create(name) for name in ("stdin", "stdout", "stderr")]
    try:
        os.write(streams[0], stdin)
        os.lseek(streams[0], 0, os.SEEK_SET)
        # Appending, because stdout and stderr of a program are never truncated behind its back.
        actions = [(os.POSIX_SPAWN_DUP2, stream, number) for number, stream in enumerate(streams)]
        start = time.monotonic()
        process = os.posix_spawn(arguments[0], arguments, environment, file_actions=actions, setpgroup=0,
                                 setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGXFSZ])
        descriptor = os.pidfd_open(process)
        try:
            resource.prlimit(process, resource.RLIMIT_CPU, (processor, processor + 1))
            resource.prlimit(process, resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
            resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))
        except ProcessLookupError:
            pass
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        ended = poll.poll(seconds * 1000)
        taken = time.monotonic() - start
        if not ended:
            os.killpg(process, signal.SIGKILL)
        os.close(descriptor)
        _, status, usage = os.wait4(process, 0)
        # A program that needs less memory than this process did before cannot be measured.
        memory = usage.ru_maxrss if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss else 0
        outputs = [os.pread(stream, os.fstat(stream).st_size, 0) for stream in streams[1:]]
        return (status if ended else -1, taken, usage.ru_utime + usage.ru_stime, memory * 1024, *outputs)
    finally:
        for stream in streams:
            os.close(stream)


def main():
    """Responds to requests until stdin ends."""
    requests, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    # Appearing in ps as what it is costs nothing; being killed with the terminal's group would leave programs behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        head = requests.read(4)
        if len(head) < 4:
            return
        request = marshal.loads(requests.read(int.from_bytes(head, "little")))
        try:
            result = run(*request)
        except (OSError, ValueError) as error:
            result = str(error)
        data = marshal.dumps(result)
        results.write(len(data).to_bytes(4, "little") + data)
        results.flush()


main()
