"""Part `http2`: a runtime whose HTTP/2 frames are damaged, out of order, endless, or never complete."""

import os
import random
import signal
import socket
import struct
import time

import common
import responses
import server_http2 as h2
import wire
from server_http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PRIORITY, PUSH_PROMISE,
                          RST_STREAM, SETTINGS, WINDOW_UPDATE, frame)

COMMANDS = [["version"], ["ps", "-a"], ["pods"], ["images"], ["info"], ["stats", "-a", "-s", "0"], ["metricdescs"],
            ["imagefsinfo"], ["snapshot"], ["events"], ["inspect", "web"], ["runtime-config"], ["pods", "-o", "wide"],
            ["doctor"], ["pull", "--pull-timeout", "800ms", "busybox"], ["stop", "web"]]


def pieces(answer, stream, rng):
    """Returns the frames of a response as a list, with the body in one or several DATA frames."""
    head, body, tail = answer.parts(stream)
    size = rng.choice([16384, 16384, 1000, 7]) if len(body) < 5000 else 16384
    return [head] + [frame(DATA, 0, stream, body[at:at + size]) for at in range(0, len(body), size)] + [tail]


class Conversation(h2.Behaviour):
    """A runtime that breaks the protocol in a way that is chosen for each run."""

    WAYS = ["mutate", "random", "settings", "pings", "continuation", "bomb", "reset", "goaway", "windows", "half", "stall",
            "headers", "padding", "push", "order", "stray", "preface", "dribble", "data"]

    def __init__(self, part, rng):
        self.seed, self.counts = rng.getrandbits(64), {}
        self.calls = rng.choice(part.recordings.runtimes)
        self.way = rng.choices(self.WAYS, [30, 12, 4, 4, 4, 4, 6, 6, 6, 3, 1, 8, 4, 3, 8, 8, 4, 1, 5])[0]
        self.rng, self.interrupts, self.share = rng, False, rng.choice([1, 1, 0.5])

    def connected(self, connection):
        rng = random.Random(f"{self.seed}/connected/{self.counts.setdefault('connections', 0)}")
        self.counts["connections"] += 1
        if self.counts["connections"] > 40:
            raise EOFError
        way = self.way
        first = frame(SETTINGS, 0, 0)
        if way == "settings":
            first = frame(SETTINGS, 0, 0, self.settings(rng))
            if rng.random() < 0.4:
                connection.send((first + frame(SETTINGS, 0, 0)) * rng.choice([10, 1000, 5000]))
                connection.send(frame(SETTINGS, ACK, 0) * rng.choice([0, 1, 100]))
        elif way == "preface":
            first = rng.choice([
                b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46", rng.randbytes(50), first[:5],
                frame(PING, 0, 0, b"12345678"), frame(SETTINGS, 0, 1), frame(SETTINGS, 0, 0, b"123"),
                frame(SETTINGS, ACK, 0, b"123456"), frame(DATA, 0, 1, b"x"), frame(GOAWAY, 0, 0, bytes(8) + b"\x1b[31mx"),
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", first * 2, frame(SETTINGS, 0, 0, b"", 0xffffff)])
        connection.send(first)
        if way == "pings":
            connection.send(frame(PING, 0, 0, b"hostile!") * rng.choice([100, 5000, 50000]))
        if way in ("preface", "settings") and rng.random() < 0.3:
            raise EOFError

    @staticmethod
    def settings(rng):
        values = [0, 1, 16383, 16384, 65535, 2**24 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1]
        return b"".join(struct.pack(">HI", rng.choice([1, 2, 3, 4, 5, 6, 8, 0, 99, 65535]), rng.choice(values))
                        for _ in range(rng.choice([1, 2, 6, 100, 2730])))

    def received(self, connection, kind, flags, stream, payload):
        # Some runtimes never acknowledge, or ignore what they receive.
        if self.way == "stall" and kind in (SETTINGS, PING):
            return False
        return True

    def called(self, connection, stream, method, request):
        self.counts[method] = self.counts.get(method, 0) + 1
        rng = random.Random(f"{self.seed}/{method}/{request}/{self.counts[method]}")
        data, code, text = wire.Recordings.answer(self.calls, method, request)
        answer = h2.Answer([] if code else [data], code, text)
        if self.interrupts and method == "GetContainerEvents":
            answer.ends = rng.random() < 0.5
        try:
            if rng.random() > self.share:
                connection.answer(stream, answer)
            else:
                getattr(self, "do_" + self.way)(connection, stream, answer, rng)
        finally:
            if self.interrupts and (method == "GetContainerEvents" or self.counts[method] > 3):
                time.sleep(0.02)
                os.kill(connection.pid, signal.SIGINT)

    def do_mutate(self, connection, stream, answer, rng):
        frames = pieces(answer, stream, rng)
        for _ in range(rng.choice([1, 1, 2, 5])):
            at = rng.randrange(len(frames))
            choice = rng.randrange(7)
            if choice == 0:
                frames[at] = wire.damage(frames[at], rng, 1)
            elif choice == 1 and frames[at]:
                # The head of the frame: length, type, flags or stream.
                head = bytearray(frames[at])
                head[rng.randrange(9)] = rng.choice([0, 1, 2, 4, 8, 9, 0x20, 0x7f, 0x80, 0xff, rng.randrange(256)])
                frames[at] = bytes(head)
            elif choice == 2:
                del frames[at]
            elif choice == 3:
                frames.insert(at, frames[at])
            elif choice == 4:
                rng.shuffle(frames)
            elif choice == 5:
                frames.insert(at, self.any_frame(rng, stream))
            else:
                frames[at] = frames[at][:rng.randrange(len(frames[at]) + 1)]
            if not frames:
                break
        connection.send(b"".join(frames))
        if rng.random() < 0.8:
            raise EOFError

    @staticmethod
    def any_frame(rng, stream):
        kind = rng.choice(list(range(10)) + [10, 12, 0x40, 255])
        size = rng.choice([0, 1, 4, 5, 6, 8, 9, 30, 300])
        length = None if rng.random() < 0.8 else rng.choice([0, 1, 4, 16385, 0xffffff])
        return frame(kind, rng.randrange(256), rng.choice([0, stream, stream, stream + 2, 2, 2**31 - 1, 2**32 - 1]),
                     rng.randbytes(size), length)

    def do_random(self, connection, stream, answer, rng):
        if rng.random() < 0.2:
            connection.send(rng.randbytes(rng.choice([1, 9, 100, 10000])))
        else:
            for _ in range(rng.choice([1, 3, 20, 200])):
                connection.send(self.any_frame(rng, stream))
        if rng.random() < 0.5:
            connection.answer(stream, answer)
        raise EOFError

    def do_settings(self, connection, stream, answer, rng):
        connection.send(frame(SETTINGS, 0, 0, self.settings(rng)) * rng.choice([1, 10, 500]))
        connection.answer(stream, answer)

    def do_pings(self, connection, stream, answer, rng):
        head, body, tail = answer.parts(stream)
        connection.send(head + frame(PING, rng.choice([0, ACK]), 0, b"hostile!") * rng.choice([1, 1000, 20000]))
        if rng.random() < 0.3:
            connection.send(frame(PING, 0, 0, b"short"))
        connection.answer(stream, answer)

    def do_continuation(self, connection, stream, answer, rng):
        filler = h2.literal("x-filler", "y" * 1000)
        connection.send(frame(HEADERS, 0, stream, h2.block(h2.HEAD)))
        payload = rng.choice([b"", filler, filler * 16, h2.literal("a", "")])
        connection.send(frame(CONTINUATION, 0, stream, payload) * rng.choice([1, 8, 9, 100, 3000]))
        choice = rng.randrange(4)
        if choice == 0:
            connection.send(frame(CONTINUATION, END_HEADERS, rng.choice([stream, stream + 2, 0]), b""))
            connection.answer(stream, answer)
        elif choice == 1:
            connection.answer(stream, answer)
        elif choice == 2:
            connection.send(frame(CONTINUATION, END_HEADERS | END_STREAM, stream, h2.block([("grpc-status", "0")])))
        raise EOFError

    def do_bomb(self, connection, stream, answer, rng):
        """A large field in the dynamic table that one byte repeats, huge fields, and endless integers."""
        entry = h2.literal("x", "y" * rng.choice([10, 1000, 3900]), 0x40)
        choice = rng.randrange(6)
        if choice == 0:
            data = h2.block(h2.HEAD) + entry + b"\xbe" * rng.choice([100, 5000, 16000 - len(entry)])
        elif choice == 1:
            data = h2.block(h2.HEAD + [("x" * 100, "y" * 16000)])
        elif choice == 2:
            data = b"\x7f" + b"\xff" * rng.choice([3, 5, 9, 100])
        elif choice == 3:
            data = b"\x3f" + rng.choice([b"\xe1\xff\x03", b"\xff\xff\xff\xff\x0f"]) + h2.block(h2.HEAD)
        elif choice == 4:
            data = bytes([rng.choice([0x80, 0xff, 0xbe, 0xc5])]) + rng.randbytes(20)
        else:
            data = b"\x00\x81" + rng.randbytes(1) + b"\x9f" + rng.randbytes(31)
        connection.send(frame(HEADERS, END_HEADERS, stream, data))
        if choice == 0 and rng.random() < 0.5:
            # The table persists, so that later frames need one byte for each field.
            for _ in range(rng.choice([1, 20, 200])):
                connection.send(frame(HEADERS, END_HEADERS, stream, b"\xbe" * 8000))
        _, body, tail = answer.parts(stream)
        connection.send((frame(DATA, 0, stream, body) if len(body) < 16000 else b"") + tail)
        raise EOFError

    def do_reset(self, connection, stream, answer, rng):
        head, body, tail = answer.parts(stream)
        code = struct.pack(">I", rng.choice(list(range(15)) + [99, 2**32 - 1]))
        reset = frame(RST_STREAM, 0, rng.choice([stream, stream, stream + 2, 0]), code)
        before = rng.choice([b"", head, head + frame(DATA, 0, stream, body[:100]), head + frame(DATA, 0, stream, body[:7])])
        connection.send(before + reset * rng.choice([1, 1, 2, 1000]))
        if rng.random() < 0.3:
            connection.send(frame(DATA, 0, stream, body[:1000]) + tail)
        if rng.random() < 0.7:
            raise EOFError

    def do_goaway(self, connection, stream, answer, rng):
        head, body, tail = answer.parts(stream)
        last = rng.choice([0, stream, stream - 2 & 0xffffffff, stream + 2, 2**31 - 1, 2**32 - 1])
        text = rng.choice([b"", b"max_age", b"\x1b[31mred\x00\xff", b"too_many_pings", b"x" * 16000, "\u202e".encode()])
        data = struct.pack(">II", last, rng.choice([0, 0, 1, 2, 11, 13, 99])) + text
        before = rng.choice([b"", head, head + frame(DATA, 0, stream, body[:100])])
        connection.send(before + frame(GOAWAY, 0, rng.choice([0, 0, 0, stream]), data) * rng.choice([1, 2, 500]))
        if rng.random() < 0.4:
            connection.answer(stream, answer)
        if rng.random() < 0.7:
            raise EOFError

    def do_windows(self, connection, stream, answer, rng):
        def update(number, delta):
            return frame(WINDOW_UPDATE, 0, number, struct.pack(">I", delta))

        where = rng.choice([0, stream, stream + 2, 2**31 - 1])
        delta = rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1])
        connection.send(update(where, delta) * rng.choice([1, 2, 3000]))
        choice = rng.randrange(4)
        if choice == 0:
            # More than the client's windows permit.
            connection.send(answer.parts(stream)[0] + frame(DATA, 0, stream, bytes(16384)) * rng.choice([5, 600]))
            raise EOFError
        if choice == 1:
            connection.send(frame(SETTINGS, 0, 0, struct.pack(">HI", 4, rng.choice([0, 1, 2**31 - 1, 2**31]))))
        if choice == 2:
            connection.send(frame(WINDOW_UPDATE, 0, where, b"\0\0\1"))
        connection.answer(stream, answer)

    def do_half(self, connection, stream, answer, rng):
        """Ends one direction of the connection, in the middle of a response."""
        data = b"".join(pieces(answer, stream, rng))
        connection.send(data[:rng.randrange(len(data) + 1)])
        connection.link.shutdown(rng.choice([socket.SHUT_WR, socket.SHUT_RD, socket.SHUT_RDWR]))

    def do_stall(self, connection, stream, answer, rng):
        data = b"".join(pieces(answer, stream, rng))
        connection.send(data[:rng.randrange(len(data))])

    def do_headers(self, connection, stream, answer, rng):
        """Sends header fields that HTTP forbids, and header blocks in places where none is allowed."""
        bad = rng.choice([("X-Upper", "y"), ("a b", "y"), ("", "y"), ("x", "a\r\nb"), ("x", "a\0b"), (":status", "200"),
                             (":path", "/"), (":unknown", "y"), ("connection", "close"), ("content-length", "5"),
                             ("content-length", "-1"), ("content-length", "9" * 30), ("transfer-encoding", "chunked"),
                             ("te", "gzip"), ("x", b"\xff\xfe"), ("x" * 9000, ""), ("grpc-status", "0")])
        count = rng.choice([1, 1, 2, 500])
        _, body, tail = answer.parts(stream)
        where = rng.randrange(3)
        head = frame(HEADERS, END_HEADERS, stream, h2.block((h2.HEAD + [bad] * count) if where else ([bad] + h2.HEAD))[:16000])
        if where == 2:
            tail = frame(HEADERS, END_HEADERS | rng.choice([0, END_STREAM]), stream,
                         h2.block([("grpc-status", "0"), bad]))
        connection.send(head * rng.choice([1, 1, 2, 300]) + frame(DATA, 0, stream, body[:16000]) + tail)
        raise EOFError

    def do_padding(self, connection, stream, answer, rng):
        head, body, tail = answer.parts(stream)
        pad = rng.choice([0, 1, 100, 255])
        data = bytes([pad]) + body[:10000] + bytes(rng.choice([pad, 0, 1, 255]))
        connection.send(head + frame(DATA, 8, stream, data) * rng.choice([1, 2]) + tail)
        connection.send(frame(HEADERS, 0x2c, stream, rng.randbytes(rng.choice([0, 1, 6, 40]))))
        raise EOFError

    def do_push(self, connection, stream, answer, rng):
        promised = struct.pack(">I", rng.choice([2, 4, stream, 0, 2**31 - 1]))
        request = h2.block([(":method", "GET"), (":path", "/"), (":scheme", "http"), (":authority", "x")])
        connection.send(frame(PUSH_PROMISE, END_HEADERS, rng.choice([stream, 0]), promised + request)
                        * rng.choice([1, 2, 1000]))
        connection.send(frame(HEADERS, END_HEADERS, 2, h2.block(h2.HEAD)) + frame(PRIORITY, 0, stream, bytes(5)))
        connection.answer(stream, answer)
        raise EOFError

    def do_order(self, connection, stream, answer, rng):
        head, body, tail = answer.parts(stream)
        data = frame(DATA, 0, stream, body[:16000])
        last = frame(DATA, END_STREAM, stream, body[:16000])
        connection.send(b"".join(rng.choice([
            [data, head, tail], [tail, head, data], [head, tail, data], [head, head, data, tail], [head, data, head, tail],
            [head, last], [head, last, tail], [head, tail, tail], [last], [head, frame(DATA, 0, 0, body[:100]), tail],
            [frame(HEADERS, END_HEADERS | END_STREAM, stream, h2.block(h2.HEAD))], [head, data, data, data, tail],
            [frame(HEADERS, END_HEADERS | END_STREAM, stream, h2.block(h2.HEAD + [("grpc-status", "0")]))]])))
        raise EOFError

    def do_stray(self, connection, stream, answer, rng):
        """Frames of other streams and of unknown types between valid ones."""
        frames = pieces(answer, stream, rng)
        for _ in range(rng.choice([1, 3, 50])):
            other = rng.choice([2, stream + 2, stream + 4, 101, 2**31 - 1])
            stray = rng.choice([frame(DATA, 0, other, b"x"), frame(HEADERS, END_HEADERS, other, h2.block(h2.HEAD)),
                                   frame(99, 255, stream, b"unknown"), frame(PRIORITY, 0, other, bytes(5)),
                                   frame(WINDOW_UPDATE, 0, other, b"\0\0\0\1"), frame(RST_STREAM, 0, other, bytes(4))])
            frames.insert(rng.randrange(len(frames) + 1), stray)
        connection.send(b"".join(frames))

    def do_preface(self, connection, stream, answer, rng):
        connection.answer(stream, answer)

    def do_dribble(self, connection, stream, answer, rng):
        """One byte at a time, slower than the timeout permits."""
        for byte in b"".join(pieces(answer, stream, rng)):
            connection.send(bytes([byte]))
            time.sleep(0.003)

    def do_data(self, connection, stream, answer, rng):
        """Endless DATA: empty frames, frames without a message, or messages without an end."""
        head = answer.parts(stream)[0]
        unit = rng.choice([frame(DATA, 0, stream), frame(DATA, 8, stream, b"\0"), frame(DATA, 0, stream, b"\0"),
                              frame(DATA, 0, stream, h2.message(b"")), frame(DATA, 0, stream, h2.message(b"\x0a\x00"))])
        connection.send(head + unit * rng.choice([100, 5000, 50000]))
        raise EOFError


@common.part
class HTTP2(responses.Responses):
    """Runs commands against a runtime that breaks HTTP/2."""

    name = "http2"
    summary = "HTTP/2 frames of a hostile runtime: damaged, out of order, floods, stalls"

    def attack(self, runner, rng, number):
        words = rng.choice(COMMANDS)
        behaviour = Conversation(self, rng)
        behaviour.interrupts = words[0] == "events"
        # A stall is noticed after the timeout; everything else ends by itself.
        timeout = "250ms" if behaviour.way in ("stall", "half", "dribble") else "800ms"
        case = common.Case(self.words(runner, words, timeout), command=words[0], timeout=4)
        case.quiet = words[0] == "doctor"
        if behaviour.interrupts:
            case.codes = common.documented_codes("")
        result = self.attempt(runner, case, behaviour)
        if result.code == 0 and behaviour.way in ("data", "stall") and behaviour.share == 1 and words[0] in responses.STRICT:
            case.check = lambda _: [("false success", "exit code 0 although no call has ended")]
        return 1, [(kind, f"{text} [{behaviour.way}] {' '.join(words)}", case, result)
                   for kind, text in self.judge(runner, case, result)]
