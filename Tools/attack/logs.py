"""The part `logs`: hostile log files, rotated and compressed ones too."""

import gzip
import json
import os
import shutil
import tempfile
import zlib

import common
import mutations
from snapshots import simulate

FRAGMENTS = [
    b"", b"text", b"a longer text with words", b"\x1b[31mred", b"\xff\xfe", b"x" * 16384, b"{\"a\": 1}", b"\t tab", b"\r"
]
ROTATED = [
    "1.log.20240131-120000", "1.log.20240131-115500.gz", "1.log.20240131-115500", "1.log.1", "1.log.2.gz",
    "1.log.20240131-120000.tmp"
]
SINCE = [
    b"42m", b"1h", b"1700000000", b"1700000003.5", b"2023-11-14T22:13:22Z", b"2024-01-31",
    b"2023-11-14T22:13:22.123456789+05:30", b"10ms"
]


def cri_log(rng, only_stdout):
    """Returns a log in the CRI's format."""
    lines, second = [], 1_700_000_000 - 40
    for _ in range(rng.choice([0, 1, 3, 10, 60])):
        second += rng.choice([0, 1, 1, 7])
        stream = b"stdout" if only_stdout or rng.random() < 0.7 else b"stderr"
        minute, rest = divmod(second - 1_699_999_200, 60)
        lines.append(b"2023-11-14T%02d:%02d:%02d.%09dZ %s %s %s" %
                     (22 + minute // 60, minute % 60, rest, rng.randrange(
                         10**9), stream, b"P" if rng.random() < 0.2 else b"F", rng.choice(FRAGMENTS)))
    return b"\n".join(lines) + (b"\n" if rng.random() < 0.9 else b"")


def docker_log(rng, only_stdout):
    """Returns a log in Docker's format."""
    lines = []
    for number in range(rng.choice([1, 3, 20])):
        lines.append(
            json.dumps({
                "log": rng.choice(FRAGMENTS).decode("utf-8", "replace") + "\n",
                "stream": "stdout" if only_stdout else rng.choice(["stdout", "stderr"]),
                "time": f"2023-11-14T22:13:{number:02d}.5Z"
            }).encode())
    return b"\n".join(lines) + b"\n"


def compress(rng, data):
    """Returns a gzip file, sometimes with several members, damaged, or with a header that has all fields."""
    kind = rng.random()
    if kind < 0.6:
        packed = gzip.compress(data, 6, mtime=0)
    elif kind < 0.7:
        packed = gzip.compress(data[:len(data) // 2], 1, mtime=0) + gzip.compress(data[len(data) // 2:], 9, mtime=0)
    elif kind < 0.8:
        raw = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = b"\x1f\x8b\x08\x1e" + b"\0" * 6 + b"\x04\0abcd" + b"name\0" + b"comment\0" + b"\0\0" + raw.compress(
            data) + raw.flush()
    elif kind < 0.803:
        packed = gzip.compress((b"2023-11-14T22:13:20Z stdout F " + b"x" * 1000 + b"\n") * rng.choice([1000, 30000]),
                               6,
                               mtime=0)
    elif kind < 0.82:
        packed = gzip.compress(b"", mtime=0) * 2000
    else:
        packed = data
    return mutations.mutate_bytes(rng, packed, 2) if rng.random() < 0.4 else packed


@common.part
class Logs(common.Part):
    """The log of a container that has exited, with rotated files and the log of an earlier attempt."""

    name = "logs"
    summary = "hostile log files of the CRI and of Docker, rotated and compressed, for cri logs with its options"

    def __init__(self, setting):
        super().__init__(setting)
        self.directory = tempfile.mkdtemp(prefix="attack-logs-")
        self.server, self.socket = simulate(setting, self.directory, "sim", "--pods", "1")
        self.containers = {}

    def prepare(self, runner):
        """Creates a container whose log is in the runner's directory, and which has exited."""
        number = len(self.containers)
        pod = {
            "metadata": {
                "name": f"pod{number}",
                "namespace": "default",
                "uid": f"u{number}"
            },
            "log_directory": runner.place
        }
        container = {
            "metadata": {
                "name": "main",
                "attempt": 1
            },
            "image": {
                "image": "localhost/busybox:1"
            },
            "log_path": "1.log"
        }
        files = {"pod.json": json.dumps(pod).encode(), "container.json": json.dumps(container).encode()}
        runner.write(files)
        run = runner.run([self.setting.cri, "-r", self.socket, "run", "--with-pull", "container.json", "pod.json"],
                         seconds=20)
        self.containers[runner] = run.stdout.strip().decode()
        stop = runner.run([self.setting.cri, "-r", self.socket, "stop", self.containers[runner]], seconds=20)
        if run.code or stop.code:
            raise RuntimeError(f"the container for the logs cannot be created: {run.stderr} {stop.stderr}")

    def close(self):
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def measure(self, runner):
        result = self.run(runner, self.with_options(runner, [], {"1.log": b"2023-11-14T22:13:20Z stdout F a\n"}))
        self.memory = result.memory or runner.own_memory

    def with_options(self, runner, options, files):
        """Returns the case of a log."""
        return common.Case(["-t", "2s", "-r", self.socket, "logs", *options, self.containers[runner]],
                           command="logs",
                           files=files,
                           raw=True,
                           lines=60)

    def attack(self, runner, rng, number):
        only_stdout = rng.random() < 0.5
        make = cri_log if rng.random() < 0.8 else docker_log

        def content():
            data = make(rng, only_stdout)
            kind = rng.random()
            if kind < 0.35:
                return mutations.mutate_lines(rng, data)
            if kind < 0.55:
                return mutations.document(rng, data)
            return mutations.mutate_bytes(rng, data) if kind < 0.7 else data

        files = {"1.log": content()}
        for name in rng.sample(ROTATED, rng.choice([0, 0, 1, 2, 6])):
            files[name] = compress(rng, content()) if name.endswith(".gz") else content()
        options = []
        if rng.random() < 0.15:
            options.append("--previous")
            files["0.log"] = content()
            if rng.random() < 0.3:
                files["0.log.gz"] = compress(rng, content())
        if rng.random() < 0.4:
            options += [
                "--tail",
                rng.choice(["0", "1", "5", "100", "-1", "9223372036854775807", "-9223372036854775808", "1e3"])
            ]
        if rng.random() < 0.4:
            since = rng.choice(SINCE)
            options += ["--since", mutations.word(rng, since) if rng.random() < 0.2 else since]
        if rng.random() < 0.3:
            options += ["--limit-bytes", rng.choice(["0", "1", "10", "70000", "-5", "9223372036854775807"])]
        for option in ("--timestamps", "--follow", "--reopen"):
            if rng.random() < 0.12:
                options.append(option)
        if only_stdout:
            options += ["--stream", "stdout"]
        if rng.random() < 0.01:
            name = rng.choice(list(files))
            files[name] = ("link",
                           rng.choice([
                               "/dev/zero", "1.log", "/dev/stdin", "/proc/self/mem", "/dev/tty", "/proc/kmsg", "missing",
                               ".."
                           ]))
        case = self.with_options(runner, options, files)
        case.raw_errors = not only_stdout
        if any(name.endswith(".gz") for name in files):
            # "The last lines of compressed logs, for logs --tail: 32 MiB".
            case.size, case.timeout = 11 << 20, 6
        result = self.run(runner, case)
        if result is None:
            return 0, []
        return 1, [(kind, text, case, result) for kind, text in self.judge(runner, case, result)]
