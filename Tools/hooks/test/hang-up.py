"""Runs a command on a terminal, and hangs up when a file exists.

Usage: hang-up.py FILE COMMAND...
"""

import os
import pty
import signal
import sys
import threading
import time


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        # Under nohup, this process ignores SIGHUP, and the command would inherit that.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.execvp(sys.argv[2], sys.argv[2:])
    threading.Thread(target=drain, args=(terminal,), daemon=True).start()
    end = time.monotonic() + 60
    while not os.path.exists(sys.argv[1]) and time.monotonic() < end:
        time.sleep(0.01)
    # The end of this process closes the terminal, as the end of sshd does. The command continues.
    os._exit(0)


def drain(terminal):
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass


main()
