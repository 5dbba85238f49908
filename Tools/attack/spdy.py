"""Part `spdy`: exec, attach and port-forward over SPDY/3.1, against a streaming server that breaks the protocol."""

import contextlib
import socket
import struct
import time

import common
import server_stream as stream
import sessions
import wire
from server_stream import control, data_frame


def content(channels, rng, command):
    """Returns the frames of a well-formed session, as a list."""
    frames = channels.opening()
    if command == "port-forward":
        frames.append(channels.send("data", b"data " * rng.choice([1, 1000])))
        if rng.random() < 0.4:
            frames.append(channels.send("error", b"connection refused"))
        return frames + [channels.end("error"), channels.end("data")]
    for _ in range(rng.choice([0, 1, 3])):
        frames.append(channels.send(rng.choice(["stdout", "stderr"]), b"output\n" * rng.choice([1, 1000])))
    frames.append(channels.send("error", rng.choice([stream.SUCCESS, stream.failure(3)])))
    return frames + [channels.end("stdout"), channels.end("stderr"), channels.end("error")]


class SPDYServer(sessions.SessionBehaviour):
    """A SPDY server that breaks the session in a randomly chosen way."""

    WAYS = ["valid", "upgrade", "url", "silent", "mutate", "random", "headers", "bomb", "status", "nostatus", "resets",
            "goaway", "windows", "settings", "pings", "opens", "flood", "stall", "half", "early", "after"]
    WEIGHTS = [2, 15, 4, 1, 25, 8, 8, 5, 10, 4, 5, 4, 5, 4, 3, 4, 2, 1, 3, 3, 4]

    def protocol(self, upgrade, rng):
        return rng.choice(upgrade.protocols)

    def upgraded(self, host, link, upgrade, rest, rng):
        if upgrade.web_socket or not upgrade.protocols:
            return host.send(link, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        channels = stream.SPDYChannels()
        host.send(link, upgrade.accept(self.protocol(upgrade, rng)))
        expected = 2 if self.command == "port-forward" else 3
        link.settimeout(0.4)
        with contextlib.suppress(socket.timeout):
            channels.feed(rest)
            while self.way != "early" and len(channels.streams) < expected:
                data = link.recv(65536)
                if not data:
                    return
                channels.feed(data)
        if not channels.streams:
            channels.streams = {"error": 1, "stdout": 3, "stderr": 5, "data": 3}
        link.settimeout(10)
        data = self.made(channels, rng)
        if self.way in ("half", "stall"):
            data = data[:rng.randrange(max(1, len(data) - 100))]
            self.may_succeed = stream.SUCCESS in data
        host.send(link, data)
        if self.way == "stall":
            time.sleep(1.2)

    def made(self, channels, rng):
        """Makes all bytes of the session."""
        way = self.way
        frames = content(channels, rng, self.command)
        known = list(channels.streams.values())
        first = len(known)
        if way == "mutate":
            self.mutate(frames, rng, channels)
        elif way == "random":
            frames = [self.any_frame(rng, channels) for _ in range(rng.choice([1, 5, 50]))]
        elif way == "headers":
            frames[rng.randrange(first):first] = [self.headers(rng, channels)]
        elif way == "bomb":
            size = rng.choice([65536, 65537, 1 << 20, 1 << 24, 60 << 20])
            raw = rng.choice([struct.pack(">III", 1, 1, size) + b"x" * size, struct.pack(">I", 1) + bytes(size),
                                 struct.pack(">I", size // 8) + bytes(size)])
            reply = control(rng.choice([2, 2, 8]), struct.pack(">I", known[0]) + channels.block([], raw))
            frames[0:0] = [reply * rng.choice([1, 1, 3])]
        elif way == "status":
            status = rng.choice(sessions.STATUSES)
            self.may_succeed = b'"Success"' in status and status.strip().startswith(b"{")
            half = rng.randrange(len(status) + 1) if rng.random() < 0.4 else len(status)
            frames = frames[:first] + [channels.send("error", status[:half]), channels.send("error", status[half:])]
            frames += [channels.end("error")] if rng.random() < 0.7 else []
        elif way == "nostatus":
            frames = frames[:first] + [channels.send("stdout", b"x" * rng.choice([0, 100, 100000]))]
            frames += [channels.end("stdout"), channels.end("stderr")] + [channels.end("error")] * rng.choice([0, 1])
        elif way == "resets":
            reset = control(3, struct.pack(">II", rng.choice(known + [0, 2, 99]), rng.choice(list(range(12)) + [2**32 - 1])))
            frames.insert(rng.randrange(len(frames) + 1), reset * rng.choice([1, 1, 5000]))
        elif way == "goaway":
            away = control(7, struct.pack(">II", rng.choice([0, 1, 5, 2**32 - 1]), rng.choice([0, 1, 2, 99])))
            frames.insert(rng.randrange(len(frames) + 1), away * rng.choice([1, 1, 3000]))
        elif way == "windows":
            update = control(9, struct.pack(">II", rng.choice(known + [0, 99]), rng.choice([0, 1, 2**31 - 1, 2**32 - 1])))
            frames.insert(rng.randrange(len(frames) + 1), update * rng.choice([1, 2, 20000]))
        elif way == "settings":
            count = rng.choice([0, 1, 3, 1000, 8000])
            body = struct.pack(">I", rng.choice([count, count + 1, 2**32 - 1])) + b"".join(
                struct.pack(">II", rng.choice([7, 4, 99, 0x01000007]), rng.choice([0, 1, 2**31, 2**32 - 1]))
                for _ in range(count))
            frames.insert(rng.randrange(len(frames)), control(4, body) * rng.choice([1, 1, 50]))
        elif way == "pings":
            ping = control(6, struct.pack(">I", rng.choice([0, 1, 2, 2**32 - 1])))
            frames.insert(rng.randrange(len(frames)), ping * rng.choice([1, 1000, 60000]))
        elif way == "opens":
            opened = b"".join(control(1, struct.pack(">IIBB", number & 2**32 - 1, 0, 0, 0) + channels.block([("streamtype", "x")]))
                              for number in rng.choice([[2], [0], [1], [7], range(2, 3000, 2), [2**32 - 1], [2, 2]]))
            frames.insert(rng.randrange(len(frames)), opened)
        elif way == "flood":
            frames.insert(first, channels.send("data" if self.command == "port-forward" else "stdout", bytes(50000)) * 60)
        elif way == "after":
            frames += [channels.send("stdout", b"late"), channels.end("stdout"), rng.randbytes(50)]
        return b"".join(frames)

    @staticmethod
    def headers(rng, channels):
        """A header block that is wrong after decompression, or that cannot be decompressed."""
        raw = rng.choice([
            b"", b"\0\0\0", struct.pack(">I", 2**32 - 1), struct.pack(">I", 1), struct.pack(">II", 1, 2**32 - 1),
            struct.pack(">II", 1, 0) + bytes(4), struct.pack(">I", 101) + (struct.pack(">I", 1) + b"a" + struct.pack(">I", 0)) * 101,
            struct.pack(">I", 2) + (struct.pack(">I", 1) + b"a" + struct.pack(">I", 1) + b"\0") * 2,
            struct.pack(">II", 1, 3) + b"A\x1bB" + struct.pack(">I", 2) + b"\xff\xfe", struct.pack(">I", 0) + b"extra"])
        block = channels.block([], raw)
        choice = rng.randrange(4)
        if choice == 0:
            block = wire.damage(block, rng)
        elif choice == 1:
            block = rng.randbytes(rng.choice([0, 1, 30, 65530]))
        stream_id = struct.pack(">I", rng.choice(list(channels.streams.values()) + [0, 99]))
        return control(rng.choice([2, 2, 8]), stream_id + block)

    @staticmethod
    def any_frame(rng, channels):
        if rng.random() < 0.15:
            return rng.randbytes(rng.choice([1, 8, 100, 5000]))
        body = rng.randbytes(rng.choice([0, 1, 4, 8, 10, 30, 300]))
        length = None if rng.random() < 0.85 else rng.choice([0, 1, 7, 65536, 65537, 0xffffff])
        number = rng.choice(list(channels.streams.values()) + [0, 2, 99, 2**31 - 1])
        if rng.random() < 0.3:
            return data_frame(number, body, rng.randrange(256), length)
        if rng.random() < 0.7:
            body = struct.pack(">I", number) + body
        return control(rng.randrange(13), body, rng.randrange(256) if rng.random() < 0.3 else 0,
                       rng.choice([0x8003, 0x8003, 0x8003, 0x8002, 0x8004, 0xffff]), length)

    def mutate(self, frames, rng, channels):
        for _ in range(rng.choice([1, 1, 2, 6])):
            if not frames:
                return
            at = rng.randrange(len(frames))
            choice = rng.randrange(7)
            if choice == 0:
                frames[at] = wire.damage(frames[at], rng, 1)
            elif choice == 1 and frames[at]:
                head = bytearray(frames[at])
                place = rng.randrange(min(8, len(head)))
                head[place] = rng.choice([head[place] ^ 1 << rng.randrange(8), 0, 255])
                frames[at] = bytes(head)
            elif choice == 2:
                del frames[at]
            elif choice == 3:
                frames.insert(at, frames[at])
            elif choice == 4:
                frames.insert(at, self.any_frame(rng, channels))
            elif choice == 5:
                frames[at] = frames[at][:rng.randrange(len(frames[at]) + 1)]
            else:
                rng.shuffle(frames)


@common.part
class SPDY(sessions.Sessions):
    """Runs sessions over SPDY."""

    name = "spdy"
    summary = "exec, attach and port-forward over SPDY/3.1 against a hostile streaming server"
    transport = "spdy"
    behaviour = SPDYServer
