"""Part `monitor`: `cri monitor` against hostile runtimes that come and go, and its HTTP server against hostile clients.

Each case starts a monitor with its own state directory. Most of them are a conversation with runtimes that die and
return; every seventh one is a hundred connections of hostile clients. After each, the monitor must end with exit code 0
when it receives SIGTERM, and must not have grown.
"""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time

import common
import http2
import responses
import server_http2 as h2

CLIENTS = 100
MOST_MEMORY = 64 << 20
MOST_THREADS = 60
MOST_DESCRIPTORS = 120


class Monitor:
    """A running monitor."""

    def __init__(self, part, runner, options=()):
        self.place = runner.place
        runner.write({}, ["state"])
        self.errors = open(os.path.join(runner.root, "monitor.err"), "wb+")
        self.socket = os.path.join(runner.root, "runtime.sock")
        environment = {"PATH": os.environ.get("PATH", ""), "STATE_DIRECTORY": os.path.join(runner.place, "state"),
                       "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
        words = [part.setting.cri, "--timeout", "500ms", "-r", self.socket, "monitor", *options]
        self.process = subprocess.Popen(words, env=environment, cwd=runner.place, stdin=subprocess.DEVNULL,
                                        stdout=self.errors, stderr=self.errors)
        self.words = words
        self.memory = self.threads = self.descriptors = 0

    def sample(self):
        """Notes the monitor's memory, threads and descriptors."""
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
                status = dict(line.split(":", 1) for line in file if ":" in line)
            self.memory = int(status["VmHWM"].split()[0]) << 10
            self.threads = max(self.threads, int(status["Threads"]))
            self.descriptors = max(self.descriptors, len(os.listdir(f"/proc/{self.process.pid}/fd")))

    def end(self):
        """Ends the monitor with SIGTERM; returns its status (None if it did not end) and what it has printed."""
        self.sample()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(8)
        except subprocess.TimeoutExpired:
            status = None
            self.process.kill()
            self.process.wait()
        self.errors.seek(0)
        text = self.errors.read()
        self.errors.close()
        return status, text


def judge(monitor, status, text, sent, base):
    """Judges a monitor that was asked to end."""
    faults = []
    if status is None:
        faults.append(("time", "SIGTERM does not end the monitor within 8 seconds"))
    elif status < 0:
        faults.append(("signal", f"ended by signal {-status}"))
    elif status != 0:
        faults.append(("exit code", f"exit code {status}: {text[-200:]!r}"))
    if monitor.memory > base + 3 * sent + common.SPARE_MEMORY:
        faults.append(("memory", f"{monitor.memory} bytes; {sent} bytes were sent"))
    if monitor.threads > MOST_THREADS or monitor.descriptors > MOST_DESCRIPTORS:
        faults.append(("resources", f"{monitor.threads} threads, {monitor.descriptors} descriptors"))
    found = common.CONTROL.search(text)
    if found:
        faults.append(("control", f"the log contains {found.group()!r}"))
    if text.count(b"\n") > 120 or len(text) > common.MOST_BYTES:
        faults.append(("length", f"the log has {text.count(chr(10).encode())} lines, {len(text)} bytes"))
    state = os.path.join(monitor.place, "state")
    for name in os.listdir(state):
        path = os.path.join(state, name)
        if name.endswith(".json"):
            try:
                with open(path, encoding="utf-8") as file:
                    json.load(file)
            except (ValueError, OSError) as error:
                faults.append(("file", f"{name} is not valid: {error}"))
        elif not name.startswith(("monitor", "history")):
            faults.append(("leftover", f"{name} was left behind"))
    return faults


def request(address, data, seconds=6.0, part=None):
    """Sends bytes to the monitor's server, optionally in small pieces, and returns the response."""
    kind = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(kind) as link:
        link.settimeout(seconds)
        link.connect(address)
        if part:
            for at in range(0, len(data), part):
                link.sendall(data[at:at + part])
                time.sleep(0.005)
        else:
            link.sendall(data)
        received = b""
        while True:
            more = link.recv(65536)
            if not more:
                return received
            received += more


def hostile_request(rng):
    """Makes the bytes of a hostile client."""
    path = rng.choice([b"/metrics", b"/healthz", b"/report", b"/", b"/../etc/passwd", b"/\x1b[31m", b"http://x/metrics", b"*",
                          b"/metrics?" + b"x" * 9000, b"/%00", b"//", b"/metrics#", b"/" + b"a" * 20000])
    method = rng.choice([b"GET", b"GET", b"GET", b"POST", b"HEAD", b"OPTIONS", b"CONNECT", b"PRI", b"get", b"", b"\x00", b"G" * 300])
    version = rng.choice([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"\x1b"])
    line = method + b" " + path + b" " + version + b"\r\n"
    fields = rng.choice([
        b"Host: x\r\n", b"", b"Host: x\r\n" * 200, b"X: " + b"y" * rng.choice([10, 8000, 16300, 17000, 200000]) + b"\r\n",
        b"Content-Length: 999999999999\r\nHost: x\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: -1\r\n",
        b"Accept: application/openmetrics-text; version=1.0.0\r\n", b"Accept: " + b"a," * 5000 + b"\r\n", b"a\x00b: c\r\n",
        b" folded\r\n", b": empty\r\n", b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\nConnection: Upgrade\r\n",
        b"\r" * 100, b"Connection: keep-alive\r\n"])
    choice = rng.randrange(9)
    if choice == 0:
        return rng.randbytes(rng.choice([1, 100, 20000, 300000]))
    if choice == 1:
        return (line + fields + b"\r\n") * rng.choice([2, 10, 1000])
    if choice == 2:
        return line + fields
    if choice == 3:
        return line[:rng.randrange(len(line) + 1)]
    if choice == 4:
        return line + fields + b"\r\n" + rng.randbytes(rng.choice([10, 100000]))
    if choice == 5:
        return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(200)
    if choice == 6:
        return b"\r\n" * rng.choice([1, 1000, 20000])
    if choice == 7:
        return (line + fields + b"\r\n").replace(b"\r\n", b"\n")
    return line + fields + b"\r\n"


@common.part
class MonitorPart(responses.Responses):
    """Runs the monitor."""

    name = "monitor"
    summary = "cri monitor against hostile runtimes that come and go, and its HTTP server against hostile clients"

    def measure(self, runner):
        """Measures an ordinary monitor, and proves that it reads the state of an intact runtime and serves it."""
        self.base = 40 << 20
        monitor, server = Monitor(self, runner, ["--listen", "unix:" + os.path.join(runner.root, "http.sock")]), self.server(runner)
        server.begin(self.intact())
        try:
            self.wait_healthy(os.path.join(runner.root, "http.sock"), 20)
        finally:
            status, text = monitor.end()
        if status != 0:
            raise RuntimeError(f"an ordinary monitor ends with {status}: {text}")
        self.base = monitor.memory

    def intact(self):
        behaviour = responses.Responder(self, random.Random(1), 0)
        behaviour.share, behaviour.calls = -1, self.recordings.runtimes[-1]
        return behaviour

    @staticmethod
    def wait_healthy(address, seconds):
        """Waits until /healthz returns 200."""
        deadline, response = time.monotonic() + seconds, b""
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                response = request(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 2)
                if b" 200 " in response[:20]:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"the monitor does not become healthy: {response[:100]!r}")

    def attack(self, runner, rng, number):
        if number % 7 == 6:
            return self.clients(runner, rng)
        return self.conversation(runner, rng)

    def conversation(self, runner, rng):
        """Runtimes come and go: hostile ones in this process, and simulated ones that are killed."""
        server = self.server(runner)
        server.begin(self.hostile(rng))
        server.close()
        options = ["--examine", rng.choice(["0", "300ms", "1s"]), "--max-calls", "100000"]
        # What follows --max-calls: a report of each restart, and a program that is run after a loss.
        options += rng.choice([[], [], ["--report", "json=report.json"], ["--on-loss", "/bin/true"]])
        monitor = Monitor(self, runner, options)
        sent, phases = 0, []
        try:
            for _ in range(rng.choice([2, 3, 5])):
                phase = rng.choice(["hostile", "hostile", "http2", "sim", "sim", "none"] if phases else ["sim", "hostile"])
                phases.append(phase)
                pause = rng.choice([0.05, 0.2, 0.5, 1.5])
                if phase == "none":
                    time.sleep(pause)
                elif phase == "sim":
                    self.simulate(monitor, rng, pause)
                else:
                    behaviour = self.hostile(rng) if phase == "hostile" else http2.Conversation(self, rng)
                    server.begin(behaviour)
                    server.open()
                    time.sleep(pause)
                    monitor.sample()
                    server.close()
                    sent += server.sent
        finally:
            status, text = monitor.end()
            server.open()
        with self.lock:
            self.codes[status] += 1
        case = " ".join(options) + ": " + ", ".join(phases) + "\n" + text.decode("utf-8", "replace")
        return 1, [(kind, f"{what} [{' '.join(phases)}]", case, None)
                   for kind, what in judge(monitor, status, text, sent, self.base)]

    def hostile(self, rng):
        behaviour = responses.Responder(self, rng, 0)
        behaviour.share = rng.choice([1, 0.5, 0.2, 0.05, -1])
        return behaviour

    def simulate(self, monitor, rng, pause):
        """Runs a simulated runtime for a while, and kills it."""
        options = ["--pods", str(rng.choice([0, 3, 30]))] + rng.choice([[], ["--hostile"]])
        with contextlib.suppress(FileNotFoundError):
            os.unlink(monitor.socket)
        process = subprocess.Popen([self.setting.sim, "--socket", monitor.socket, *options], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause + 0.2)
        monitor.sample()
        process.kill()
        process.wait()

    def clients(self, runner, rng):
        """Hostile clients of the monitor's server; good clients must be served between them."""
        path = os.path.join(runner.root, "http.sock")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            address = probe.getsockname()
        server = self.server(runner)
        server.begin(self.intact())
        monitor = Monitor(self, runner, ["--listen", "unix:" + path, "--listen", f"127.0.0.1:{address[1]}", "--examine", "0"])
        faults, runs, lines = [], 0, []
        try:
            self.wait_healthy(path, 20)
            idle = []
            for _ in range(CLIENTS):
                target = rng.choice([path, address])
                way = rng.random()
                runs += 1
                with contextlib.suppress(OSError):
                    if way < 0.15:
                        # Connections that stay open and silent.
                        link = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
                        link.settimeout(1)
                        link.connect(target)
                        link.sendall(rng.choice([b"", b"G", b"GET /metrics HTTP/1.1\r\nX: "]))
                        idle.append(link)
                        continue
                    data = hostile_request(rng)
                    if way < 0.2:
                        response = request(target, data[:100], 1.0, 10)
                    else:
                        response = request(target, data, 0.3)
                    if response and not response.startswith(b"HTTP/1."):
                        faults.append(("response", f"{data[:60]!r}: {response[:60]!r}"))
                    if b"\x1b" in response:
                        faults.append(("control", f"the response to {data[:60]!r} contains an escape character"))
                if rng.random() < 0.05:
                    monitor.sample()
                if rng.random() < 0.05:
                    for link in idle:
                        link.close()
                    idle = []
            # A request has five seconds; after that, silent connections no longer occupy a place.
            begin = time.monotonic()
            for target in (path, address):
                try:
                    response = request(target, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 8)
                except OSError as error:
                    response = repr(error).encode()
                if b" 200 " not in response[:20] or b"cri_monitor_watching" not in response:
                    faults.append(("service", f"a good client gets {response[:80]!r} after {time.monotonic() - begin:.1f} s"))
            for link in idle:
                link.close()
        finally:
            status, text = monitor.end()
            lines.append(text.decode("utf-8", "replace"))
        with self.lock:
            self.codes[status] += 1
        faults += judge(monitor, status, text, server.drop(), self.base)
        return runs, [(kind, f"{what} [clients]", "".join(lines), None) for kind, what in faults[:5]]
