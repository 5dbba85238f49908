"""Part `signals`: the runtime dies in the middle of a response, and signals arrive at `cri` at any moment.

`die` ends the runtime's connections after a random number of bytes, `kill` kills a simulated runtime with SIGKILL after a
random time, `signal` sends a signal to `cri` after a random number of bytes or a random time.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import threading
import time

import archives
import common
import responses
import server_http2 as h2
import server_stream as stream
import sessions
import wire

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE]
# Words, and whether success means that the whole response was received.
COMMANDS = [
    (["ps", "-a", "-o", "json"], True), (["pods", "-o", "yaml"], True), (["images"], True), (["info"], True),
    (["version"], True), (["stats", "-a", "-s", "0"], True), (["snapshot"], True), (["snapshot", "-o", "out.json"], True),
    (["snapshot", "-o", "old.json"], True), (["net"], True), (["preflight"], False), (["doctor"], False),
    (["doctor", "--report", "json=out.json"], False), (["verify", "--before", "before.json", "--report", "json=out.json"], True),
    (["verify", "--before", "before.json"], True), (["inspectp"], True), (["events"], False), (["pods", "--watch"], False),
    (["top", "--once"], True), (["wait", "--stable", "0", "-t", "1s"], False), (["metricdescs"], True),
    (["guard", "--save", "out.json", "--", "true"], False), (["pull", "--pull-timeout", "1s", "busybox"], True),
    (["stop", "web"], True), (["rm", "-f", "web"], True), (["runtime-config"], True),
]
SESSIONS = [["exec", "--timeout", "1s", stream.CONTAINER, "cmd"], ["exec", "-i", "--timeout", "1s", stream.CONTAINER, "cmd"],
            ["attach", stream.CONTAINER], ["cp", "--method", "tar", f"{stream.CONTAINER}:/web", "dest"],
            ["cp", "--method", "tar", f"{stream.CONTAINER}:/web", "-"], ["port-forward", "--address", "127.0.0.1", stream.POD, ":80"]]


class Intact(responses.Responder):
    """A runtime whose responses are those of a recording."""

    def __init__(self, part):
        super().__init__(part, random.Random(1), 0)
        self.share, self.calls = -1, part.recordings.runtimes[-1]


class Copied(archives.ArchiveServer):
    """A session that is long enough to be interrupted: output for exec, a tree for cp."""

    def __init__(self, command):
        super().__init__(random.Random(1), command)
        self.way = "plain"

    def data(self, rng):
        if self.command != "cp":
            return b"output\n" * 20000
        files = b"".join(archives.entry(b"./web/file%d" % at, bytes([65 + at]) * 60000) for at in range(6))
        return archives.entry(b"./web/", kind=b"5", mode=0o755) + files + bytes(1024)


def is_complete(content):
    """Whether a document is complete."""
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


@common.part
class Signals(responses.Responses):
    """Interrupts commands, and kills the runtime to which they are connected."""

    name = "signals"
    summary = "runtimes that die in the middle of every command, and signals to cri at any moment"

    def __init__(self, setting):
        super().__init__(setting)
        self.hosts, self.whole = {}, {}

    def measure(self, runner):
        """Runs each command once without interruption, to know how much is sent, and what is printed."""
        super().measure(runner)
        for words, _ in COMMANDS:
            if words[0] in ("events", "guard") or "--watch" in words:
                self.whole[str(words)] = (4000, None)
                continue
            result, size = self.attempt_once(runner, self.make(runner, words), words, None, None)
            self.whole[str(words)] = (size, result)
        for words in SESSIONS:
            self.whole[str(words)] = (100000 if words[0] != "cp" else 300000, None)

    def host(self, runner):
        with self.lock:
            if runner not in self.hosts:
                self.hosts[runner] = stream.StreamHost()
            return self.hosts[runner]

    def close(self):
        super().close()
        for host in self.hosts.values():
            host.close()

    def make(self, runner, words):
        case = common.Case(self.words(runner, words, "800ms"), command=words[0], timeout=5)
        case.files = {"before.json": self.before, "old.json": b"{}\n", "state/x": b""}
        case.directories = ["dest", "state"]
        case.environment = {"STATE_DIRECTORY": os.path.join(runner.place, "state")}
        case.writes = {"out.json": is_complete, "old.json": is_complete}
        case.quiet, case.raw = True, words[0] in ("exec", "attach", "cp")
        if words[0] in ("exec", "attach"):
            case.codes = set(range(256))
        elif words[0] == "cp":
            case.codes = {0, 1, 2, 3, 7, 10, 11}
        return case

    def attempt_once(self, runner, case, words, limit, at_limit, delay=None, number=None):
        """Runs a case. After `limit` bytes, `at_limit` is called; after `delay` seconds, a signal is sent."""
        server, host = self.server(runner), self.host(runner)
        sent = []

        def deliver(connection, number=number):
            # The connection is open, so the process still exists.
            if connection in server.connections:
                # Noted before, because the judgement may begin as soon as the process has ended.
                number = number or signal.SIGINT
                sent.append(number)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(connection.pid, number)

        if words[0] in ("exec", "attach", "cp", "port-forward"):
            behaviour = stream.SessionRuntime(f"http://127.0.0.1:{host.port}/x/{stream.TOKEN}")
            host.behaviour, host.sent, host.limit = Copied(words[0]), 0, limit
            host.at_limit = (lambda: at_limit(deliver, behaviour.connection)) if at_limit else None
            server.begin(behaviour)
        else:
            behaviour = Intact(self)
            server.begin(behaviour, limit, (lambda connection: at_limit(deliver, connection)) if at_limit else None)
            host.limit = None
        stop = threading.Event()
        watcher = None
        endless = words[0] in ("events", "port-forward", "attach") or "--watch" in words
        if delay is not None or endless:
            watcher = threading.Thread(target=self.watch, args=(server, stop, deliver, 0.25 if delay is None else delay, endless))
            watcher.start()
        try:
            runner.write(case.files, case.directories)
            case.before = common.listing(runner.place)
            result = runner.run([self.setting.cri] + case.arguments, case.environment, stdin=case.stdin,
                                seconds=case.timeout + 2)
        finally:
            stop.set()
            if watcher:
                watcher.join()
        with self.lock:
            self.codes["signal" if result.code is None else result.code] += 1
        case.sent = sent
        return result, server.drop() + (host.drop() if words[0] in ("exec", "attach", "cp", "port-forward") else 0)

    @staticmethod
    def watch(server, stop, deliver, delay, endless):
        """Sends a signal some time after the first connection; then interrupts an endless command."""
        while not stop.is_set() and not server.connections:
            time.sleep(0.0005)
        stop.wait(delay)
        while not stop.is_set():
            for connection in list(server.connections):
                deliver(connection)
            if not endless:
                return
            stop.wait(0.1)
            for connection in list(server.connections):
                deliver(connection, signal.SIGINT)
            stop.wait(0.3)

    def attack(self, runner, rng, number):
        way = rng.choices(["die", "signal", "kill"], [45, 45, 10])[0]
        if way == "kill":
            return self.kill(runner, rng)
        words, strict = rng.choice([(words, False) for words in SESSIONS] + COMMANDS)
        case = self.make(runner, words)
        size, whole = self.whole[str(words)]
        limit = rng.randrange(size + 1) if rng.random() < 0.8 else size - rng.randrange(min(size, 60))
        which = rng.choice(SIGNALS)
        if way == "die":
            result, _ = self.attempt_once(runner, case, words, limit, lambda deliver, connection: False)
        elif rng.random() < 0.6:
            resumes = rng.random() < 0.7
            result, _ = self.attempt_once(runner, case, words, limit, self.interruption(resumes), number=which)
        else:
            result, _ = self.attempt_once(runner, case, words, None, None, rng.choice([0, 0.001, 0.003, 0.01, 0.03]), which)
        faults = self.judge_signal(runner, case, result, words)
        if result.code == 0 and strict and whole and "--report" not in words:
            if result.stdout.count(b"\n") != whole.stdout.count(b"\n"):
                faults.append(("false success", f"exit code 0 with different output after {limit} of {size} bytes"))
        return 1, [(kind, f"{text} [{way} {limit if way == 'die' else which.name}] {' '.join(words)}"[:200].replace(
            stream.CONTAINER, "C"), case, result) for kind, text in faults]

    @staticmethod
    def interruption(resumes):
        def interrupt(deliver, connection):
            if connection is not None:
                deliver(connection)
                time.sleep(0.003)
            return resumes

        return interrupt

    def judge_signal(self, runner, case, result, words):
        """A signal may end the command, with the exit status that a shell expects; files are complete or unchanged."""
        faults = []
        sent = {int(number) for number in case.sent}
        codes = (case.codes or common.documented_codes(case.command)) | {128 + number for number in sent}
        if result.timed_out:
            faults.append(("time", f"has not ended after {result.seconds:.1f} s"))
        elif result.signal and result.signal not in sent:
            faults.append(("signal", f"ended by signal {result.signal}; sent: {sent}"))
        elif not result.signal and result.code not in codes:
            faults.append(("exit code", f"exit code {result.code} is not documented for {case.command}; sent: {sent}"))
        # The stderr of a command in a container is printed unchanged.
        faults += [fault for fault in common.judge_output(case, result)
                   if words[0] not in ("exec", "attach") or fault[0] not in ("control", "length")]
        for name in ("out.json", "old.json"):
            path = os.path.join(runner.place, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    content = file.read()
                if not is_complete(content):
                    faults.append(("file", f"{name} is incomplete: {len(content)} bytes"))
        known = {"before.json", "old.json", "out.json", "state", "dest"}
        for name in sorted(set(os.listdir(runner.place)) - known):
            # guard keeps earlier --save files as FILE.TIME, and one after which nothing was lost as FILE.verified.
            if words[0] == "guard" and name.startswith("out.json."):
                continue
            faults.append(("leftover", f"{name} was left behind; sent: {sent}"))
        for base, _, files in os.walk(os.path.join(runner.place, "dest")):
            for name in files:
                if not name.startswith("file"):
                    faults.append(("leftover", f"dest/{name} was left behind; sent: {sent}"))
                elif os.path.getsize(os.path.join(base, name)) != 60000:
                    faults.append(("file", f"dest/{name} is incomplete"))
        return faults

    def kill(self, runner, rng):
        """Kills a simulated runtime after a random time."""
        words = rng.choice([words for words, _ in COMMANDS if words[0] not in ("events", "guard") and "--watch" not in words])
        path = os.path.join(runner.root, "sim.sock")
        process = subprocess.Popen([self.setting.sim, "--socket", path, "--pods", "40", "--containers", "80"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 5
            while not os.path.exists(path) and time.monotonic() < deadline:
                time.sleep(0.002)
            case = self.make(runner, words)
            case.arguments[3] = common.as_bytes(path)
            case.sent = []
            timer = threading.Timer(rng.choice([0, 0.001, 0.003, 0.01, 0.03, 0.1]), process.kill)
            timer.start()
            runner.write(case.files, case.directories)
            case.before = common.listing(runner.place)
            result = runner.run([self.setting.cri] + case.arguments, case.environment, seconds=case.timeout + 2)
            timer.join()
        finally:
            process.kill()
            process.wait()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        with self.lock:
            self.codes["signal" if result.code is None else result.code] += 1
        return 1, [(kind, f"{text} [kill] {' '.join(words)}", case, result)
                   for kind, text in self.judge_signal(runner, case, result, words)]
