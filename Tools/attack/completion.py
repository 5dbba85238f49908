"""The part `completion`: the completion scripts in real shells on terminals, with hostile names.

A shell runs on a pseudo terminal. For each run, a line is typed with a tab in it, and then Enter. The command `cri` in
the shell's path completes with the real program, and otherwise records its arguments. Names contain commands that would
create a file; no file may appear, and the shell must pass on exactly one word for the name.
"""

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import common
import mutations
from snapshots import simulate

SHELLS = {
    "bash": ["/usr/bin/bash", "--noprofile", "--rcfile", "rc", "-i"],
    "zsh": ["/usr/bin/zsh", "-f", "-i"],
    "fish": ["/usr/bin/fish", "--no-config", "-i", "-C", "source rc"],
}
RC = {
    "bash":
    b"PS1='<P>'\nHISTFILE=\nbind 'set page-completions off'\nbind 'set completion-query-items 0'\n"
    b"bind 'set bell-style none'\n"
    b"bind 'set enable-bracketed-paste off'\n. ./script\n",
    "zsh":
    b"PS1='<P>'\nPROMPT_SP=\nsetopt no_prompt_sp no_beep\nautoload -U compinit\ncompinit -D -u\nLISTMAX=0\n. ./script\n",
    "fish":
    b"function fish_prompt; echo '<P>'; end\nset -g fish_greeting ''\nset -g fish_autosuggestion_enabled 0\nsource script\n",
}
# Completes with the real program, but shows only one candidate, as if there were no other: the number in the file selects
# it, and 0 shows all. Otherwise it records the arguments.
WRAPPER = """#!/bin/sh
cd {directory} || exit 1
export CONTAINER_RUNTIME_ENDPOINT={socket}
if [ "$1" = __complete ]; then
  read -r number <state/number
  if [ "$number" = 0 ]; then exec {cri} "$@"; fi
  {cri} "$@" | awk '{{ line[NR] = $0 }} END {{ if (NR) print line['"$number"' % NR + 1] }}'
else
  printf '%s\\0' "$#" "$@" >>state/words
fi
"""
# What a shell, a terminal or the script might execute or interpret. `canary` is a command that leaves a file behind.
CORES = [
    "$(canary)", "`canary`", ";canary;", "|canary", "&canary&", ">canary", "<(canary)", ">(canary)", "${x:-$(canary)}",
    "$((`canary`))", "'$(canary)'", '"$(canary)"', "\\$(canary)", "\\`canary\\`", "'`canary`", '"`canary`', "\n canary\n",
    "\r canary\r", "(canary)", "{canary,x}", "!canary", "!!", "^a^canary", "~root", "~$(canary)", "*", "?[c]*", "=canary",
    "=(canary)", "$'\\x60canary\\x60'", "$[$(canary)]", "%1", "#canary", "a b", " ", "\t", "\\", "\\\\", "'", '"', "''",
    "a\\", "\x1b]0;pwned\x07", "\x1b[31mpwned", "\x9b31mpwned", "\u202epwned", "\u2066pwned", "\u3000canary", "\u2028canary",
    "\u00a0canary", "-o$(canary)", "--x=`canary`", "a:b", "a=b", "a:$(canary)", "@", "é\u0301", "\U0001f4a9",
    "\x03canary\n",
    "\x04", "\x15canary\n", "\x16\x03", "\x00canary", ":files", ":files\t$(canary)", "$HOME", "${PATH}", "a/$(canary)/b",
    "(/e:canary:)", "*(e:canary:)", "${(e)x}", "$(canary)=", "{a,$(canary)}", "begin;canary;end", "(canary)x", "and canary",
    "\\n canary", "\\x60canary\\x60", "%s%n"
]
LINES = [
    "cri ps --namespace {}", "cri ps --namespace={}", "cri ps --namespace '{}", 'cri ps --namespace "{}', "cri logs {}",
    "cri ps --name {}", "cri inspecti {}", "cri rmi {}", "cri images {}", "cri net {}", "cri doctor {}", "cri cp {}",
    "cri verify --pod {}", "cri ps --image={}", "cri ps --image '{}", "cri logs \"{}", "cri  logs   {}", "FOO=1 cri logs {}",
    "cri ps --namespace x{}", "cri logs \\web-"
]


def names(rng, count):
    """Returns hostile names, which are valid Unicode."""
    found = set()
    while len(found) < count:
        name = rng.choice(CORES)
        kind = rng.random()
        if kind < 0.4:
            name = rng.choice(["a", "x", "web-", "A", "é"]) + name
        elif kind < 0.6:
            name += rng.choice(CORES)
        elif kind < 0.7:
            name = name * rng.choice([2, 30]) + rng.choice(["", "a"])
        elif kind < 0.75:
            name = "".join(
                chr(rng.choice([rng.randrange(1, 0x180), rng.randrange(0x2000, 0x2070)])) for _ in range(8))
        elif kind < 0.8:
            name = mutations.mutate_bytes(rng, name.encode(), 1)[:300].decode("utf-8", "ignore")
        if name.strip():
            found.add(name)
    return sorted(found)


class Terminal:
    """A shell on a pseudo terminal."""

    def __init__(self, shell, directory):
        environment = {
            "PATH": f"{directory}/bin:/usr/bin:/bin",
            "HOME": f"{directory}/home",
            "TERM": "xterm",
            "LC_ALL": "C.UTF-8",
            "ZDOTDIR": directory,
            "XDG_CONFIG_HOME": f"{directory}/home",
            "XDG_DATA_HOME": f"{directory}/home",
            "SHELL": SHELLS[shell][0]
        }
        self.words, self.output = f"{directory}/state/words", bytearray()
        master, slave = pty.openpty()
        self.process = subprocess.Popen(SHELLS[shell],
                                        stdin=slave,
                                        stdout=slave,
                                        stderr=slave,
                                        cwd=f"{directory}/work",
                                        env=environment,
                                        start_new_session=True,
                                        preexec_fn=lambda: __import__("fcntl").ioctl(0, 0x540E, 0))  # TIOCSCTTY
        os.close(slave)
        self.master = master
        if shell == "zsh":
            self.type(b". ./rc\r")
        self.drain(0.05)

    def type(self, keys):
        """Types keys."""
        with contextlib.suppress(OSError):
            os.write(self.master, keys)

    def drain(self, seconds, size=None):
        """Reads what the shell prints, until the file of words is longer than size. Returns whether it is."""
        deadline = time.monotonic() + seconds
        while True:
            if size is not None and os.path.getsize(self.words) > size:
                return True
            left = deadline - time.monotonic()
            if left <= 0 or self.process.poll() is not None:
                return False
            if select.select([self.master], [], [], min(left, 0.02))[0]:
                with contextlib.suppress(OSError):
                    self.output += os.read(self.master, 65536)

    def prompt(self, start):
        """Waits for the next prompt after this position of the output."""
        deadline = time.monotonic() + 1
        while b"<P>" not in self.output[start:] and time.monotonic() < deadline and self.process.poll() is None:
            self.drain(0.005)

    def close(self):
        """Ends the shell."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


@common.part
class Completion(common.Part):
    """Names of pods, namespaces, containers and images that shells complete."""

    name = "completion"
    summary = "hostile names in the completion of bash, zsh and fish on terminals; a planted command must never run"
    batch = 100

    def measure(self, runner):
        """Memory is not measured here, because the shells start the program."""

    def attack(self, runner, rng, number):
        shell = list(SHELLS)[number % 3]
        directory = tempfile.mkdtemp(prefix="attack-shell-", dir=runner.root)
        for name in ("bin", "home", "state", "work"):
            os.makedirs(os.path.join(directory, name))
        hostile = names(rng, 30)
        pods = [{
            "name": name,
            "namespace": rng.choice(hostile),
            "containers": [{
                "name": rng.choice(hostile),
                "image": rng.choice(hostile)
            }]
        } for name in hostile]
        with open(f"{directory}/state/pods.json", "w", encoding="utf-8") as file:
            json.dump({"images": hostile, "pods": pods}, file)
        server, socket = simulate(self.setting, f"{directory}/state", "s", "--description", f"{directory}/state/pods.json")
        try:
            self.install(directory, shell, socket)
            return self.lines(rng, directory, shell)
        finally:
            server.close()
            shutil.rmtree(directory, ignore_errors=True)

    @staticmethod
    def terminal(shell, directory):
        """Starts a shell, and waits until it runs commands."""
        terminal = Terminal(shell, directory)
        size = os.path.getsize(terminal.words)
        terminal.type(b"cri ready\r")
        if not terminal.drain(20, size):
            terminal.close()
            raise RuntimeError(f"{shell} does not start: {bytes(terminal.output[-500:])}")
        terminal.drain(0.05)
        return terminal

    def install(self, directory, shell, socket):
        """Writes the script, the command and the canary."""
        script = subprocess.run([self.setting.cri, "completion", shell], capture_output=True, check=True).stdout
        wrapper = WRAPPER.format(directory=directory, cri=self.setting.cri, socket=socket).encode()
        canary = f"#!/bin/sh\necho \"$0 $*\" >>{directory}/state/CANARY\n".encode()
        for name, content in (("work/script", script), ("work/rc", RC[shell]), ("bin/cri", wrapper), ("bin/canary", canary),
                              ("state/words", b""), ("state/number", b"0\n")):
            with open(f"{directory}/{name}", "wb") as file:
                file.write(content)
        for name in ("cri", "canary"):
            os.chmod(f"{directory}/bin/{name}", 0o755)

    def lines(self, rng, directory, shell):
        """Types lines, and judges what the shell did. Returns the number of lines and the faults."""
        faults, terminal = [], self.terminal(shell, directory)
        try:
            for _ in range(self.batch):
                number, pattern = rng.choice(
                    [0, rng.randrange(1, 999),
                     rng.randrange(1, 999),
                     rng.randrange(1, 999)]), rng.choice(LINES)
                typed = pattern.format(
                    rng.choice(["", "", "", "a", "x", "web-"]) if number else rng.choice(["a", "web-", "é"]))
                with open(f"{directory}/state/number", "w", encoding="ascii") as file:
                    file.write(f"{number}\n")
                size, start = os.path.getsize(terminal.words), len(terminal.output)
                terminal.type(typed.encode() + b"\t")
                if not number:
                    terminal.type(b"\t")
                    terminal.drain(0.1)
                terminal.type(b"\r")
                ran = terminal.drain(0.5, size)
                quote = re.sub("[^'\"]", "", typed)
                closed = not ran and bool(quote)
                if closed:
                    # Nothing was inserted, so the quote is still open.
                    terminal.type(quote.encode() + b"\r")
                    ran = terminal.drain(0.5, size)
                if ran:
                    terminal.prompt(start + len(typed))
                # One candidate was inserted as a whole, unless there was none.
                if number and not closed:
                    run = subprocess.run(
                        [self.setting.cri, "__complete", typed.replace("FOO=1 ", "")],
                        capture_output=True,
                        check=False,
                        env={"CONTAINER_RUNTIME_ENDPOINT": f"{directory}/state/s.sock"})
                    exact = {line.split(b"\t")[0] for line in run.stdout.split(b"\n")}
                else:
                    exact = None
                text = f"{shell}, candidate {number}: {typed!r}"
                faults += [(kind, f"{text}: {fault}", self.story(directory, terminal, start, shell, typed, number), None)
                           for kind, fault in self.judge_line(directory, terminal, size, start, typed, exact)]
                self.codes[shell if ran else f"{shell} without a command"] += 1
                if not ran or terminal.process.poll() is not None:
                    terminal.close()
                    terminal = self.terminal(shell, directory)
        finally:
            terminal.close()
        return self.batch, faults

    def judge_line(self, directory, terminal, size, start, typed, exact):
        """Returns the faults of one line."""
        state, work = f"{directory}/state", f"{directory}/work"
        if os.path.exists(f"{state}/CANARY"):
            os.unlink(f"{state}/CANARY")
            yield "command", "a name was executed"
        for name in set(os.listdir(work)) - {"script", "rc"}:
            shutil.rmtree(f"{work}/{name}",
                          ignore_errors=True) if os.path.isdir(f"{work}/{name}") else os.unlink(f"{work}/{name}")
            yield "file", f"the file {name!r} was created"
        shown = bytes(terminal.output[start:])
        if re.search(rb"\x1b\]0;pwned|\x1b\[31mpwned|\xc2\x9b31m|\xe2\x80\xae|\xe2\x81\xa6", shown):
            yield "control", "a control character of a name reached the terminal"
        with open(terminal.words, "rb") as file:
            file.seek(size)
            rest = file.read().split(b"\0")[:-1]
        runs = 0
        while rest:
            count, runs = int(rest[0]), runs + 1
            words, rest = rest[1:count + 1], rest[count + 1:]
            # The words of the typed line, of which the last one may have been completed.
            expected = len(typed.replace("FOO=1 ", "").split()) - 1 + (typed.endswith(" "))
            last, typed_last = (words or [b""])[-1], re.sub("[\\\\'\"]", "", typed.split(" ")[-1]).encode()
            if count == expected and last != typed_last:
                self.codes["words inserted"] += 1
                if exact is not None and last not in exact:
                    yield "words", f"the word {last} is not a candidate"
            if count > expected:
                yield "words", f"the line has {count} words: {words}"
        if runs > 1:
            yield "command", f"the command ran {runs} times"

    @staticmethod
    def story(directory, terminal, start, shell, typed, number):
        """Returns what is needed to understand a fault."""
        with open(f"{directory}/state/pods.json", encoding="utf-8") as file:
            pods = file.read()
        shown = bytes(terminal.output[start:])
        return f"shell: {shell}\ntyped: {typed!r}, Tab, Enter\ncandidate: {number}\nterminal: {shown!r}\npods: {pods}\n"
