"""Part `websocket`: exec, attach and port-forward over WebSocket, against a streaming server that breaks the protocol."""

import time

import common
import server_stream as stream
import sessions
import wire
from server_stream import ws_frame


def content(channels, rng, command):
    """Returns the frames of a well-formed session, as a list."""
    frames = channels.opening()
    if command == "port-forward":
        for _ in range(rng.choice([0, 1, 3])):
            frames.append(channels.send("data", b"data " * rng.choice([1, 1000])))
        if rng.random() < 0.5:
            frames.append(channels.send("error", b"connection refused"))
        return frames + [channels.close()]
    for _ in range(rng.choice([0, 1, 3])):
        frames.append(channels.send(rng.choice(["stdout", "stderr"]), b"output\n" * rng.choice([1, 1000])))
    frames.append(channels.send("error", rng.choice([stream.SUCCESS, stream.failure(3)])))
    frames += [channels.end("stdout"), channels.end("error")]
    return [frame for frame in frames if frame] + [channels.close()]


class WebSocketServer(sessions.SessionBehaviour):
    """A WebSocket server that breaks the session in a randomly chosen way."""

    WAYS = ["valid", "upgrade", "url", "silent", "mutate", "random", "lengths", "status", "nostatus", "fragments", "pings",
            "close", "channels", "flood", "stall", "half", "after", "tunnel", "base64"]
    WEIGHTS = [2, 22, 5, 1, 24, 8, 6, 12, 4, 6, 3, 6, 6, 2, 1, 3, 4, 3, 3]

    def upgraded(self, host, link, upgrade, rest, rng):
        if not upgrade.web_socket or not upgrade.protocols:
            return host.send(link, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        usable = [name for name in upgrade.protocols if not name.startswith("SPDY")] or upgrade.protocols
        if self.way == "tunnel" and any(name.startswith("SPDY") for name in upgrade.protocols):
            usable = [name for name in upgrade.protocols if name.startswith("SPDY")]
        if self.way == "base64":
            usable = [name for name in usable if "base64" in name] or usable
        name = rng.choice(usable)
        channels = stream.WebSocketChannels(name, self.command == "port-forward")
        frames = content(channels, rng, self.command)
        head = upgrade.accept(name)
        if name.startswith("SPDY"):
            return self.tunnel(host, link, head, rng)
        self.send(host, link, head, channels, frames, rng)

    def send(self, host, link, head, channels, frames, rng):
        """Sends the frames of a session, damaged in the chosen way."""
        way = self.way
        if way == "base64":
            frames[0:0] = [ws_frame(1, rng.choice([b"1!!!", b"1Zg", b"\xff", b"3", b"9Zm9v", b"1Z g=", b"1" + b"A" * 70001]))]
        elif way == "mutate":
            self.mutate(frames, rng)
        elif way == "random":
            frames = [self.any_frame(rng) for _ in range(rng.choice([1, 5, 50]))]
        elif way == "lengths":
            length = rng.choice([0, 1, 125, 126, 65535, 2**16, 2**25, 2**25 + 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
            opcode = rng.choice([1, 2, 2, 2, 8, 9, 0])
            frames.insert(rng.randrange(len(frames)), ws_frame(opcode, b"\x01abc", length=length))
        elif way == "status":
            status = rng.choice(sessions.STATUSES)
            self.may_succeed = b'"Success"' in status and status.strip().startswith(b"{")
            half = rng.randrange(len(status) + 1) if rng.random() < 0.4 else len(status)
            parts = [channels.send("error", status[:half])] + ([channels.send("error", status[half:])] if half < len(status)
                                                               else [])
            end = [channels.end("error")] if rng.random() < 0.5 else []
            frames = frames[:3] + parts + end + [channels.close(rng.choice([1000, 1011]), b"\x1b[31mbye\xc2\x9b")]
        elif way == "nostatus":
            frames = frames[:3] + [channels.send("stdout", b"x" * rng.choice([0, 100, 100000]))]
            frames += [channels.close()] if rng.random() < 0.5 else []
        elif way == "fragments":
            whole = rng.choice([b"\x01out", b"\x03" + stream.SUCCESS, b"", b"\x01"])
            pieces = [whole[at:at + 1] for at in range(len(whole))] or [b""]
            made = [ws_frame(2 if at == 0 else 0, piece, at == len(pieces) - 1) for at, piece in enumerate(pieces)]
            if rng.random() < 0.6:
                made.insert(rng.randrange(len(made) + 1), rng.choice([
                    ws_frame(9, b"ping"), ws_frame(9, b"p", False), ws_frame(2, b"\x01x"), ws_frame(0, b"x"), ws_frame(8)]))
            made += [ws_frame(0, b"", False)] * rng.choice([0, 1, 30000])
            frames[1:1] = made
        elif way == "pings":
            frames[0:0] = [ws_frame(rng.choice([9, 10]), b"p" * rng.choice([0, 1, 125]))] * rng.choice([1, 1000, 50000])
        elif way == "close":
            code = rng.choice([0, 999, 1000, 1001, 1004, 1005, 1006, 1011, 1015, 2999, 4999, 65535])
            text = rng.choice([b"", b"bye", b"\xff\xfe", b"\x1b]0;x\x07", b"x" * 123, "\u202e".encode()])
            closing = rng.choice([channels.close(code, text), ws_frame(8, b"\x03"), ws_frame(8), channels.close() * 3,
                                     ws_frame(8, b"\x03\xe8" + b"x" * 300), ws_frame(8, b"\x03\xe8", False)])
            frames.insert(rng.randrange(len(frames)), closing)
        elif way == "channels":
            payload = rng.choice([b"", b"\xff", b"\xff\x01", b"\xff\x09", b"\xff\x01\x01", b"\x00x", b"\x04{}", b"\x09x",
                                     b"\xfex", b"\x80", b"\x03"])
            frames.insert(rng.randrange(len(frames)), ws_frame(rng.choice([1, 2, 2]), payload) * rng.choice([1, 3, 5000]))
        elif way == "flood":
            frames.insert(2, channels.send("stdout" if self.command != "port-forward" else "data", b"f" * 30000) * 60)
        elif way == "after":
            late = ws_frame(2, b"\x01late") + rng.randbytes(100)
            frames.insert(len(frames) - rng.choice([0, 1]), late * rng.choice([1, 100]))
        data = head + b"".join(frames)
        if way in ("half", "stall"):
            # The final status is near the end, and it must be incomplete.
            data = data[:rng.randrange(len(head), max(len(head) + 1, len(data) - 60))]
            if stream.SUCCESS in data:
                self.may_succeed = True
        host.send(link, data)
        if way == "stall":
            time.sleep(1.2)

    @staticmethod
    def any_frame(rng):
        return ws_frame(rng.randrange(16), rng.randbytes(rng.choice([0, 1, 2, 20, 126, 70000])), rng.random() < 0.7,
                        None if rng.random() < 0.8 else rng.choice([0, 5, 2**40]), rng.random() < 0.1,
                        rng.choice([0, 0, 0, 1, 4, 7]))

    def mutate(self, frames, rng):
        for _ in range(rng.choice([1, 1, 2, 6])):
            if not frames:
                return
            at = rng.randrange(len(frames))
            choice = rng.randrange(6)
            if choice == 0:
                frames[at] = wire.damage(frames[at], rng, 1)
            elif choice == 1 and frames[at]:
                head = bytearray(frames[at])
                head[rng.randrange(min(2, len(head)))] ^= 1 << rng.randrange(8)
                frames[at] = bytes(head)
            elif choice == 2:
                del frames[at]
            elif choice == 3:
                frames.insert(at, frames[at])
            elif choice == 4:
                frames.insert(at, self.any_frame(rng))
            else:
                rng.shuffle(frames)

    def tunnel(self, host, link, head, rng):
        """Sends SPDY frames in WebSocket messages, limited to those that do not depend on what the client has sent."""
        spdy = stream.SPDYChannels()
        spdy.streams = {"error": 1, "data": 3}
        data = b"".join(spdy.opening()) + spdy.send("data", b"hello") + spdy.send("error", rng.choice([b"", b"\x1b[31mno"]))
        data += spdy.end("error") + spdy.end("data")
        if rng.random() < 0.7:
            data = wire.damage(data, rng)
        size = rng.choice([1, 7, 100, 100000])
        messages = [ws_frame(rng.choice([2, 2, 2, 2, 1]) if rng.random() < 0.1 else 2, data[at:at + size])
                    for at in range(0, len(data), size)]
        # The first bytes from the client show that its streams are open.
        link.settimeout(0.3)
        host.send(link, head)
        link.recv(65536)
        host.send(link, b"".join(messages))


@common.part
class WebSocket(sessions.Sessions):
    """Runs sessions over WebSocket."""

    name = "websocket"
    summary = "exec, attach and port-forward over WebSocket against a hostile streaming server"
    transport = "websocket"
    behaviour = WebSocketServer
