#!/usr/bin/python3
"""Runs a command in a pseudo-terminal and types on it, for tests of programs that need a terminal.

Usage: terminal.py SCRIPT COMMAND [ARGUMENT ...]
SCRIPT is JSON: a list of steps, which run in order.
  {"expect": TEXT}    waits until the terminal shows the text, for at most 60 seconds
  {"type": TEXT}      types the text
  {"size": [W, H]}    changes the size of the terminal, which sends SIGWINCH
  {"signal": NUMBER}  sends a signal to the command
  {"raw": BOOLEAN}    waits until the terminal is in raw mode, or is not, for at most 60 seconds
  {"restore": true}   gives the terminal the mode that it had before
  {"run": TEXT}       runs a shell command, for example to stop a server
Then it waits until the command ends, for at most 60 seconds. It prints one JSON object: "shown" (what the terminal has shown),
"code" (128 + N for signal N; null if it had to be killed), "restored" (whether the terminal has the mode that it had before)
and "failed" (the step whose text did not appear; null if all did).
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time


def main():
    steps = json.loads(sys.argv[1])
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(slave, number)
        os.close(master)
        for number in (signal.SIGINT, signal.SIGQUIT):  # a shell starts background jobs with these ignored
            signal.signal(number, signal.SIG_DFL)
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, searched, failed, ended = b"", 0, None, None

    def read(seconds):
        nonlocal shown
        if select.select([master], [], [], seconds)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:
                pass

    def wait():
        nonlocal ended
        if ended is None:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found == pid:
                ended = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        return ended is not None

    for step in steps:
        if "expect" in step:
            text, end = step["expect"].encode(), time.monotonic() + 60
            while text not in shown[searched:] and time.monotonic() < end and not wait():
                read(0.05)
            read(0)
            if text not in shown[searched:]:
                failed = step["expect"]
                break
            searched = shown.index(text, searched) + len(text)
        if "raw" in step:
            end = time.monotonic() + 60
            while (termios.tcgetattr(slave)[3] & termios.ICANON == 0) != step["raw"] and time.monotonic() < end:
                read(0.02)
            if (termios.tcgetattr(slave)[3] & termios.ICANON == 0) != step["raw"]:
                failed = f"raw mode: {step['raw']}"
                break
        if "restore" in step:
            termios.tcsetattr(slave, termios.TCSANOW, before)
        if "type" in step:
            os.write(master, step["type"].encode())
        if "size" in step:
            width, height = step["size"]
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        if "signal" in step:
            os.kill(pid, step["signal"])
        if "run" in step:
            subprocess.run(step["run"], shell=True, check=True)
    end = time.monotonic() + (60 if failed is None else 1)
    while not wait() and time.monotonic() < end:
        read(0.05)
    if ended is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    read(0.1)
    print(json.dumps({
        "shown": shown.decode(errors="replace"), "code": ended, "restored": termios.tcgetattr(slave) == before,
        "failed": failed}))


main()
