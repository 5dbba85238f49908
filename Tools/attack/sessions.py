"""What the parts with streaming servers have in common: the hostile upgrade, and running a session against a server."""

import contextlib
import os
import random
import signal
import socket
import threading
import time

import common
import server_http2 as h2
import server_stream as stream
import wire

# The peak memory of an ordinary run. Less cannot be measured if the harness itself is larger.
SMALL = 20 << 20
STATUSES = [
    stream.SUCCESS, stream.SUCCESS, stream.failure(3), stream.failure(0), stream.failure(256), stream.failure(-1),
    stream.failure("1e1"), stream.failure("\u0661"), b"", b"{", b"}", b"null", b"[]", b'"Success"', b"Success",
    b'{"status":"success"}', b'{"status":1}', b'{"status":["Success"]}', b'{"status":"Failure"}', b"\xff\xfe{}",
    b'{"status":"Failure","message":"\\u001b[31mred\\u0000","reason":"\\u202eX","code":500}',
    b'{"status":"Failure","message":"\x1b]0;x\x07","reason":"InternalError"}', b"x" * 70000, b'{"a":' * 20000,
    b'{"status":"Success"}{"status":"Failure"}', b'{"status":"Failure","status":"Success"}',
    b'{"status":"Failure","reason":"NonZeroExitCode"}', b'{"status":"Failure","reason":"NonZeroExitCode","details":[]}',
    b'{"status":"Failure","message":"executable file not found in $PATH"}', b'  {"status":"Success"}\n\n',
    b'{"status":"Failure","message":"' + b"m" * 60000 + b'"}',
]


def heads(upgrade, rng):
    """Returns a response to an upgrade request that is not a correct acceptance."""
    good = upgrade.accept(upgrade.protocols[0] if upgrade.protocols else "x")
    text = rng.choice(wire.HOSTILE_TEXTS).encode("utf-8", "surrogatepass")
    # A line feed in these would end the field, which other choices test.
    line = text.replace(b"\r", b"").replace(b"\n", b"")[:2000]
    choice = rng.randrange(24)
    if choice == 0:
        return wire.damage(good, rng)
    if choice == 1:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    if choice == 2:
        status = rng.choice([301, 302, 303, 307, 308, 300, 304])
        return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\n\r\n" % (status, rng.choice([line, b"http://10.0.0.1/", b"/x"]))
    if choice == 3:
        return b"HTTP/1.1 %d %b\r\n\r\n%b" % (rng.choice([400, 403, 404, 500, 503, 999, 100, 0]), line, text)
    if choice == 4:
        return b"HTTP/1.1 403 Forbidden\r\nContent-Length: %b\r\n\r\n%b" % (
            rng.choice([b"5", b"-1", b"99999999999999999999", b"0x5", b"", b"1,1", line]), text * 3)
    if choice == 5:
        chunk = rng.choice([b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nx", b"-1\r\n", b"5;x=\x1b\r\nhello", b"zz\r\n",
                               b"1\r\na\r\n" * 9000])
        return b"HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
    if choice == 6:
        return b"HTTP/1.1 100 Continue\r\n\r\n" * rng.choice([1, 8, 9, 1000]) + good
    if choice == 7:
        return b"HTTP/1.1 101 x\r\n" + b"X-Filler: y\r\n" * rng.choice([99, 101, 5000]) + b"\r\n"
    if choice == 8:
        return b"HTTP/1.1 101 " + b"x" * rng.choice([16000, 17000, 1 << 20])
    if choice == 9:
        return good.replace(b"101 Switching", rng.choice([b"200 Switching", b"102 Switching", b"1010 x", b"101"]))
    if choice == 10:
        return good.replace(b"HTTP/1.1", rng.choice([b"HTTP/1.0", b"HTTP/2", b"HTTP/9.9", b"http/1.1", b"ICY"]))
    if choice == 11:
        return good.replace(b"\r\n", rng.choice([b"\n", b"\r", b"\r\n\r\n", b"\r\n "]), rng.choice([1, 3, -1]))
    if choice == 12:
        return good.replace(b"Upgrade: ", rng.choice([b"Upgrade: x", b"Upgrade : ", b"X: ", b"Upgrade:\x00"]))
    if choice == 13:
        return upgrade.accept(rng.choice(["v9.channel.k8s.io", "", "\x1b[31m", "x" * 9000, "channel.k8s.io, v4"]))
    if choice == 14:
        return good.replace(b"Sec-WebSocket-Accept: ", b"Sec-WebSocket-Accept: x").replace(b"SPDY/3.1", b"SPDY/3")
    if choice == 15:
        return good[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n" + good[17:]
    if choice == 16:
        return rng.randbytes(rng.choice([1, 10, 1000, 100000]))
    if choice == 17:
        return good[:rng.randrange(len(good))]
    if choice == 18:
        return b""
    if choice == 19:
        return b"HTTP/1.1 403 Forbidden\r\nX-Accepted-Stream-Protocol-Versions: " + line + b"\r\n\r\n" + text * 5000
    if choice == 20:
        return b"HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=" + line + b"\r\nSet-Cookie: a=b\r\n\r\n"
    if choice == 21:
        return b"\x15\x03\x01\x00\x02\x02\x50"
    if choice == 22:
        return b"HTTP/1.1 500 x\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08" + bytes(5000)
    return b"HTTP/1.1 101 x\r\nFold: a\r\n b\r\n" + b"N\x00ame: v\r\n" + line + b": v\r\n\r\n"


def urls(port, rng):
    """Returns a URL that points elsewhere or is malformed; `cri` may connect only to loopback addresses."""
    tail = f":{port}/exec/{stream.TOKEN}"
    return rng.choice([
        "http://192.0.2.1" + tail, "http://198.51.100.7/" + stream.TOKEN, "ftp://127.0.0.1" + tail, "//127.0.0.1" + tail,
        "http://localhost.example.com" + tail, "http://127.0.0.1@192.0.2.1" + tail, "http://192.0.2.1#@127.0.0.1" + tail,
        "http://127.1" + tail, "http://0x7f.1" + tail, "http://2130706433" + tail, "http://[::ffff:192.0.2.1]" + tail,
        "http://[::1" + tail, "http://[fe80::1%25lo]" + tail, "http://127.0.0.1:0/x", "http://127.0.0.1:99999/x",
        "http://127.0.0.1:-1/x", "http://127.0.0.1:" + "9" * 400, f"http://127.0.0.1:{port}/\r\nX: y",
        f"http://127.0.0.1:{port}/a b", f"http://127.0.0.1:{port}/\x00", f"http://127.0.0.1:{port}/" + "x" * 70000,
        f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}?x", f"HTTP://127.0.0.1:{port}/x", "", "http://", "x",
        f"https://127.0.0.1:{port}/x", "unix:///etc/passwd", "unix:///dev/log", f"http://127.0.0.1:{port}/\u202e\x1b[31m",
        f"http://user:{stream.TOKEN}@127.0.0.1:{port}/x", "http://0.0.0.0" + tail, "http://[::]" + tail, b"http://\xff/",
        "file:///etc/shadow", "http://localhost" + tail, "http://LOCALHOST." + tail, "http:///x", "http://%31%32%37" + tail,
    ])


class SessionBehaviour:
    """A streaming server's side of one run. A subclass overrides `upgraded`."""

    WAYS = ["valid"]
    WEIGHTS = [1]

    def __init__(self, rng, command):
        self.seed, self.command, self.count = rng.getrandbits(64), command, 0
        self.way = rng.choices(self.WAYS, self.WEIGHTS)[0]
        self.may_succeed = self.way not in ("upgrade", "url", "silent", "stall", "nostatus", "half")

    def session(self, host, link):
        self.count += 1
        rng = random.Random(f"{self.seed}/{self.count}")
        if self.count > 60:
            return
        if self.way == "silent":
            time.sleep(0.9)
            return
        upgrade, rest = host.head(link)
        if self.way in ("upgrade", "url"):
            host.send(link, heads(upgrade, rng))
            if rng.random() < 0.05:
                time.sleep(0.5)
            return
        self.upgraded(host, link, upgrade, rest, rng)

    def upgraded(self, host, link, upgrade, rest, rng):
        """Speaks the protocol that the client requested."""
        raise NotImplementedError


class Sessions(common.Part):
    """Runs commands with sessions. A subclass says which server they meet."""

    transport = "auto"
    behaviour = SessionBehaviour

    def __init__(self, setting):
        super().__init__(setting)
        self.servers, self.memories, self.lock = {}, {}, threading.Lock()

    def server(self, runner):
        with self.lock:
            if runner not in self.servers:
                path = os.path.join(runner.root, "runtime.sock")
                self.servers[runner] = (h2.Runtime(path), stream.StreamHost())
            return self.servers[runner]

    def close(self):
        for pair in self.servers.values():
            for server in pair:
                server.close()

    def measure(self, runner):
        """Measures the peak memory of undisturbed sessions."""
        for command in ("exec", "attach", "port-forward"):
            behaviour = self.behaviour(common.generator(0, "measure", 1), command)
            behaviour.way = "valid"
            result = self.session(runner, self.make(runner, command, behaviour, ["exec", "attach"][0]), behaviour, 1)
            self.memories[command] = max(SMALL, result.memory)

    def make(self, runner, command, behaviour, kind, options=()):
        """Makes the case of a session."""
        words = ["--timeout", "600ms", "-r", os.path.join(runner.root, "runtime.sock"), command]
        case = common.Case([], command=command, timeout=4, secrets=[stream.TOKEN.encode()])
        words += ["-r", self.transport] if self.transport != "auto" else []
        if command == "exec":
            words += ["--timeout", "1s", *options, stream.CONTAINER, "cmd"]
        elif command == "attach":
            words += [*options, stream.CONTAINER]
        else:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                case.port = probe.getsockname()[1]
            words += ["--address", "127.0.0.1", stream.POD, f"{case.port}:80"]
        case.arguments = [common.as_bytes(word) for word in words]
        if command in ("exec", "attach"):
            case.raw, case.codes, case.quiet = True, set(range(256)), True
        return case

    def session(self, runner, case, behaviour, seed, url=None):
        """Runs a case against a behaviour, and pokes a forwarded port."""
        runtime, host = self.server(runner)
        for _ in range(2):
            host.behaviour, host.sent, behaviour.count = behaviour, 0, 0
            side = stream.SessionRuntime(f"http://127.0.0.1:{host.port}/x/{stream.TOKEN}" if url is None else url)
            runtime.begin(side)
            runner.write(case.files, case.directories)
            case.before = common.listing(runner.place)
            poke = threading.Thread(target=self.poke, args=(case.port, runtime, side, seed)) if case.command == "port-forward" \
                else None
            if poke:
                poke.start()
            result = runner.run([self.setting.cri] + case.arguments, case.environment, stdin=case.stdin,
                                seconds=case.timeout + 2)
            with self.lock:
                self.codes["signal" if result.code is None else result.code] += 1
            if poke:
                poke.join()
            case.size = host.drop() + runtime.drop()
            if not result.timed_out:
                break
        return result

    @staticmethod
    def poke(port, runtime, side, seed):
        """Connects to the forwarded port, sends and reads a little, and interrupts the command."""
        rng = random.Random(f"poke/{seed}")
        deadline = time.monotonic() + 4
        link = None
        while link is None and time.monotonic() < deadline:
            try:
                link = socket.create_connection(("127.0.0.1", port), 1)
            except OSError:
                time.sleep(0.005)
        if link is None:
            return
        with contextlib.suppress(OSError):
            link.settimeout(0.3)
            link.sendall(rng.randbytes(rng.choice([0, 1, 100, 70000])))
            if rng.random() < 0.5:
                link.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + 0.7
            while time.monotonic() < deadline and link.recv(1 << 16):
                pass
        link.close()
        time.sleep(rng.choice([0, 0.01, 0.05]))
        connection = side.connection
        # The connection to the runtime is open, so the process still exists.
        if connection is not None and connection in runtime.connections:
            with contextlib.suppress(ProcessLookupError):
                os.kill(connection.pid, signal.SIGINT)

    def attack(self, runner, rng, number):
        command = rng.choices(["exec", "attach", "port-forward"], [60, 20, 20])[0]
        behaviour = self.behaviour(rng, command)
        options = rng.choice([[], [], ["-i"], ["-t"]]) if command != "port-forward" else []
        case = self.make(runner, command, behaviour, command, options)
        case.stdin = rng.randbytes(rng.choice([0, 10, 100000])) if "-i" in options else b""
        url = urls(self.server(runner)[1].port, rng) if behaviour.way == "url" else None
        result = self.session(runner, case, behaviour, number, url)
        faults = self.judge(runner, case, result)
        if command in ("exec", "attach"):
            # What arrives as the command's stderr is printed unchanged.
            strict = behaviour.way in ("upgrade", "url", "silent", "status")
            faults = [fault for fault in faults if strict or fault[0] not in ("control", "length")]
            if result.code == 0 and not behaviour.may_succeed:
                faults.append(("false success", "exit code 0 without a final status"))
        return 1, [(kind, f"{text} [{behaviour.way}] {command} {' '.join(options)}", case, result)
                   for kind, text in faults]

    def judge(self, runner, case, result):
        self.memory = self.memories.get(case.command, 0)
        return super().judge(runner, case, result)
