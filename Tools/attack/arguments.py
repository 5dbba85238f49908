"""The part `arguments`: random argument vectors made from the real options, subcommands and words."""

import os
import re
import shutil
import subprocess
import tempfile

import common
import mutations
from snapshots import DESCRIPTION, simulate

WORDS = [
    b"web", b"dns", b"default", b"kube-system", b"web/web", b"default/web/web", b"json", b"yaml", b"table", b"wide", b"name",
    b"text", b"0", b"1", b"-1", b"5", b"1s", b"10ms", b"running", b"ready", b"exited", b"a=b", b"--", b"-", b"", b"=",
    b"critical", b"restart", b"pod.ip", b"N5", b"before.json", b"after.json", b"p.json", b"c.json", b"pods.json", b"out",
    b"web:/etc/x", b"out:web", b"true", b"exit", b"help", b"jsonschema", b"--help", b"-h", b"--version", b"-v",
    b"9223372036854775807", b"1e9", b"localhost/busybox:1", b"/nonexistent", b"/dev/null", b"unix:///nonexistent.sock",
    b"tcp://127.0.0.1:1", b"127.0.0.1:1", b"8080:80", b":80", b"jsonpath={.items[*].id}", b"go-template={{.}}",
    b"custom-columns=A:.id", b"json=out", b"nagios=-", b"timeout", b"debug", b"bash", b"auto", b"v1", b"v1alpha2",
    b"10.0.0.0/24", b"2.1.4"
]
# These run until they are stopped, or wait for something, or run a command.
ENDLESS = {"events", "event", "top", "monitor", "attach", "exec", "port-forward", "debug", "guard", "wait"}
SESSIONS = {"exec", "attach", "debug"}
GLOBALS = [
    b"-t", b"--timeout", b"-D", b"--debug", b"-c", b"--config", b"-i", b"--image-endpoint", b"--api", b"--max-retries",
    b"--enable-tracing", b"--tracing-sampling-rate-per-million", b"--tracing-endpoint", b"-r", b"--version", b"--help",
    b"--profile-cpu"
]


@common.part
class Arguments(common.Part):
    """The commands have their own mounts and an empty PATH, because some of them run programs and write files."""

    name = "arguments"
    summary = "random argument vectors made from the real options and words, also under the name crictl"
    mounts = {"/etc": "etc", "/var/lib": "var-lib", "/run": "run", "/tmp": "tmp"}

    def __init__(self, setting):
        super().__init__(setting)
        self.directory = tempfile.mkdtemp(prefix="attack-arguments-", dir="/dev/shm")
        description = os.path.join(self.directory, "pods.yaml")
        with open(description, "wb") as file:
            file.write(DESCRIPTION)
        self.server, self.socket = simulate(setting, self.directory, "sim", "--description", description)
        self.crictl = os.path.join(self.directory, "crictl")
        shutil.copy(setting.cri, self.crictl)
        self.snapshot = self.output("-r", self.socket, "snapshot")
        self.ids = [
            word.encode() for word in (self.output("-r", self.socket, "ps", "-aq") +
                                       self.output("-r", self.socket, "pods", "-q")).decode().split()
        ]
        self.options, self.aliases = {}, {}
        for line in self.output("--help").decode().splitlines():
            found = re.match(r"  ([a-z-]+(?:, [a-z]+)*)  ", line)
            if found:
                names = found.group(1).split(", ")
                self.aliases.update((name, names[0]) for name in names)
                self.options[names[0]] = re.findall(r"(?m)^  (-[^<\n]*?)(?: (<[^>]*>)|  |$)",
                                                    self.output(names[0], "--help").decode())
        if len(self.options) < 30:
            raise RuntimeError(f"the help names only these commands: {sorted(self.options)}")

    def output(self, *words):
        """Returns what a command prints."""
        return subprocess.run([self.setting.cri, *words], capture_output=True, check=True).stdout

    def close(self):
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def word(self, rng):
        """Returns a word: an ordinary one, an ID, or a hostile one."""
        kind = rng.random()
        if kind < 0.6:
            return rng.choice(WORDS)
        if kind < 0.8:
            name = rng.choice(self.ids)
            return name[:rng.choice([1, 5, 13, 64])]
        return mutations.word(rng, rng.choice(WORDS))[:8000]

    def option(self, rng, command):
        """Returns the words of an option, in one of the spellings that command lines have."""
        names, metavar = rng.choice(self.options[command])
        name = rng.choice(names.strip().split(", ")).strip().encode()
        kind = rng.random()
        if not metavar or kind < 0.05:
            return [name] if kind < 0.85 else [name + b"=" + self.word(rng)] if kind < 0.95 else [name[:-1] or b"-"]
        value = self.word(rng)
        if kind < 0.6:
            return [name, value]
        if kind < 0.8:
            return [name + b"=" + value]
        if kind < 0.9:
            return [name[1:] if name.startswith(b"--") else name + value, value]
        return [name + value]

    def case(self, rng, number):
        command = rng.choice(list(self.options))
        if command in ENDLESS and rng.random() < 0.7:
            command = rng.choice(list(self.options))
        words = []
        if rng.random() < 0.9:
            words += [b"-r", self.socket.encode()]
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            words += [rng.choice(GLOBALS)] + ([self.word(rng)] if rng.random() < 0.6 else [])
        names = [name for name, first in self.aliases.items() if first == command]
        words.append(rng.choice(names).encode() if rng.random() < 0.97 else self.word(rng))
        for _ in range(rng.choice([0, 1, 1, 2, 3, 4, 8])):
            kind = rng.random()
            if kind < 0.5 and self.options[command]:
                words += self.option(rng, command)
            elif kind < 0.55:
                other = rng.choice([name for name, options in self.options.items() if options])
                words += self.option(rng, other)
            else:
                words.append(self.word(rng))
        if rng.random() < 0.02:
            words += [self.word(rng)[:100]] * 3000
        words = [word.replace(b"\0", b"") for word in words]
        commands = {self.aliases.get(word.decode("utf-8", "replace")) for word in words} - {None}
        is_crictl = rng.random() < 0.2
        files = {
            "before.json": self.snapshot,
            "after.json": self.snapshot,
            "p.json": b'{"metadata": {"name": "n", "namespace": "default", "uid": "u"}}',
            "c.json": b'{"metadata": {"name": "m"}, "image": {"image": "localhost/busybox:1"}}',
            "pods.json": b'{"items": []}'
        }
        case = common.Case(words,
                           command=command,
                           files=files,
                           environment={
                               "PATH": "/nonexistent",
                               "HOME": "/nonexistent"
                           },
                           size=1 << 20)
        case.program = self.crictl if is_crictl else None
        codes = set().union(*(common.documented_codes(name) for name in commands | {command, ""}))
        case.codes = codes | ({1, 3} if is_crictl else set()) | (set(range(256))
                                                                 if commands & SESSIONS or "guard" in commands else set())
        text = b" ".join(words)
        case.endless = 0.25 if commands & ENDLESS or re.search(
            rb"watch|follow|-[a-z]*[wfn]|--?interval|wait|--count|seconds|-s", text) else None
        case.raw = bool(commands & (SESSIONS | {"logs", "cp"})) or bool(re.search(rb"template|jsonpath|custom", text))
        case.raw_errors = bool(commands & (SESSIONS | {"logs"}))
        case.lines = 3100
        # Files that options name are written; their names are not known here.
        names = re.findall(rb"[^\s=]+", text) + [b"out"]
        case.writes = {os.path.normpath(os.fsdecode(name)): None for name in names if name and not name.startswith(b"/")}
        case.quiet = True
        return case
