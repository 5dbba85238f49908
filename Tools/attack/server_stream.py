"""A streaming server on the loopback address for exec, attach, port-forward and cp, made of raw bytes: HTTP/1.1, WebSocket and SPDY/3.1.

`StreamHost` accepts connections and gives each of them to the current behaviour. `SessionRuntime` is the runtime whose
calls return the URL of that server. `Channel` objects turn "this text on stdout" into frames of either protocol.
"""

import base64
import contextlib
import hashlib
import socket
import struct
import threading
import zlib

import server_http2 as h2
from wire import field

CONTAINER, POD, TOKEN = "c0" * 32, "d0" * 32, "atk-secret-token"

NAMES = """options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
authorization cache-control connection content-base content-encoding content-language content-length content-location
content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range
if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer
retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status
200=OK version HTTP/1.1 url public set-cookie keep-alive origin""".split()
DICTIONARY = b"".join(struct.pack(">I", len(name)) + name.replace("=", " ").encode() for name in NAMES) + (
    b"100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative "
    b"Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal "
    b"Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, "
    b"Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,"
    b"text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.")
assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2

SUCCESS = b'{"metadata":{},"status":"Success"}'


def failure(code):
    """Returns the status of a command that has exited with a code, as text."""
    return (b'{"status":"Failure","message":"exit","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode",'
            b'"message":"' + str(code).encode() + b'"}]}}')


class Upgrade:
    """The head of a client's upgrade request."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.target = lines[0]
        fields = [line.partition(": ")[::2] for line in lines[1:] if line]
        self.fields = {name.lower(): value for name, value in fields}
        self.web_socket = self.fields.get("upgrade", "").lower() == "websocket"
        if self.web_socket:
            self.protocols = self.fields.get("sec-websocket-protocol", "").split(", ")
        else:
            self.protocols = [value for name, value in fields if name.lower() == "x-stream-protocol-version"]

    def accept(self, protocol):
        """Returns the response that accepts the upgrade."""
        if not self.web_socket:
            return ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                    f"X-Stream-Protocol-Version: {protocol}\r\n\r\n").encode()
        key = self.fields.get("sec-websocket-key", "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        proof = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        return ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Accept: {proof}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n").encode()


def ws_frame(opcode, payload=b"", final=True, length=None, mask=False, reserved=0):
    """Encodes one WebSocket frame; `length` states a different size, in eight bytes."""
    head = bytes([(128 if final else 0) | reserved << 4 | opcode])
    bit = 128 if mask else 0
    if length is not None:
        head += bytes([bit | 127]) + struct.pack(">Q", length & 2**64 - 1)
    elif len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    return head + (bytes(4) if mask else b"") + payload


class WebSocketChannels:
    """Encodes the server's messages of a channel protocol."""

    numbers = {"stdin": 0, "stdout": 1, "stderr": 2, "error": 3, "resize": 4, "data": 0}

    def __init__(self, protocol, forwards=False):
        self.base64, self.v5, self.forwards = "base64" in protocol, protocol.startswith("v5"), forwards

    def opening(self):
        """Returns what the server sends first."""
        if not self.forwards:
            return [self.send("stdout", b""), self.send("stderr", b""), self.send("error", b"")]
        return [self.send("data", b"\x50\x00"), self.send("error", b"\x50\x00")]

    def send(self, stream, data):
        number = 1 if self.forwards and stream == "error" else self.numbers[stream]
        if self.base64:
            return ws_frame(1, str(number).encode() + base64.b64encode(data))
        return ws_frame(2, bytes([number]) + data)

    def end(self, stream):
        number = 1 if self.forwards and stream == "error" else self.numbers[stream]
        return ws_frame(2, bytes([255, number])) if self.v5 else b""

    def close(self, code=1000, text=b""):
        return ws_frame(8, struct.pack(">H", code) + text)


def control(kind, payload, flags=0, version=0x8003, length=None):
    """Encodes a SPDY control frame."""
    size = len(payload) if length is None else length
    return struct.pack(">HHB", version, kind & 0xffff, flags & 255) + struct.pack(">I", size)[1:] + payload


def data_frame(stream, payload, flags=0, length=None):
    """Encodes a SPDY DATA frame."""
    size = len(payload) if length is None else length
    return struct.pack(">IB", stream & 0xffffffff, flags & 255) + struct.pack(">I", size)[1:] + payload


class SPDYChannels:
    """Encodes the server's frames, and reads the client's SYN_STREAM frames to know which stream is which."""

    def __init__(self):
        self.compressor = zlib.compressobj(zdict=DICTIONARY)
        self.decompressor = zlib.decompressobj(zdict=DICTIONARY)
        self.streams, self.buffer = {}, b""

    def block(self, headers, raw=None):
        """Compresses header fields; `raw` replaces the uncompressed block."""
        out = struct.pack(">I", len(headers))
        for text in (text for pair in headers for text in pair):
            text = text if isinstance(text, bytes) else text.encode()
            out += struct.pack(">I", len(text)) + text
        return self.compressor.compress(out if raw is None else raw) + self.compressor.flush(zlib.Z_SYNC_FLUSH)

    def feed(self, data):
        """Reads frames of the client."""
        self.buffer += data
        while len(self.buffer) >= 8:
            size = int.from_bytes(self.buffer[5:8], "big")
            if len(self.buffer) < 8 + size:
                return
            head, payload = self.buffer[:8], self.buffer[8:8 + size]
            self.buffer = self.buffer[8 + size:]
            if head[:4] == b"\x80\x03\x00\x01":
                stream, = struct.unpack(">I", payload[:4])
                text = self.decompressor.decompress(payload[10:])
                count, = struct.unpack(">I", text[:4])
                words, at = [], 4
                for _ in range(2 * count):
                    length, = struct.unpack(">I", text[at:at + 4])
                    words.append(text[at + 4:at + 4 + length].decode("latin-1"))
                    at += 4 + length
                fields = dict(zip(words[::2], words[1::2]))
                self.streams[fields.get("streamtype", "?")] = stream

    def opening(self):
        return [control(2, struct.pack(">I", stream & 0x7fffffff) + self.block([])) for stream in self.streams.values()]

    def send(self, stream, data):
        return b"".join(data_frame(self.streams.get(stream, 1), data[at:at + 60000]) for at in range(0, len(data), 60000))

    def end(self, stream):
        return data_frame(self.streams.get(stream, 1), b"", 1)

    def close(self):
        return control(7, struct.pack(">II", 0, 0))


class StreamHost:
    """Listens on the loopback address; gives each connection to the current behaviour's `session`."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.behaviour, self.sent, self.links, self.lock = None, 0, set(), threading.Lock()
        # After this number of bytes of a run, `at_limit` is called and the connection ends.
        self.limit, self.at_limit = None, None
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            link.settimeout(10)
            threading.Thread(target=self.serve, args=(link, self.behaviour), daemon=True).start()

    def serve(self, link, behaviour):
        with self.lock:
            self.links.add(link)
        try:
            behaviour.session(self, link)
        except (OSError, EOFError, ValueError, IndexError, struct.error, zlib.error, AttributeError):
            pass
        finally:
            with self.lock:
                self.links.discard(link)
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_WR)
                # Closing with unread bytes would reset the connection and discard what was sent.
                link.settimeout(0.05)
                while link.recv(65536):
                    pass
            link.close()

    def send(self, link, data):
        if self.limit is not None and self.sent + len(data) > self.limit:
            part = data[:max(0, self.limit - self.sent)]
            link.sendall(part)
            self.sent += len(part)
            self.limit = None
            if not self.at_limit():
                raise EOFError
            data = data[len(part):]
        link.sendall(data)
        self.sent += len(data)

    @staticmethod
    def head(link):
        """Reads the head of a request; returns it, and the bytes that follow."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = link.recv(65536)
            if not more or len(data) > 1 << 16:
                raise EOFError
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        return Upgrade(head), rest

    def drop(self):
        """Ends all connections. Returns the number of bytes that were sent."""
        with self.lock:
            links = list(self.links)
        for link in links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        return self.sent

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()


class SessionRuntime(h2.Behaviour):
    """A runtime with one pod and one running container, whose sessions are at a URL."""

    def __init__(self, url):
        self.url, self.calls, self.connection = url, 0, None

    def called(self, connection, stream, method, request):
        metadata = field(1, "web") + field(2, "uid") + field(3, "default")
        container = field(1, CONTAINER) + field(2, POD) + field(3, field(1, "main")) + field(6, 1)
        sandbox = field(1, POD) + field(2, metadata)
        status = field(1, CONTAINER) + field(2, field(1, "main")) + field(3, 1) + field(4, 1) + field(5, 1)
        answers = {
            "Version": field(1, "0.1.0") + field(2, "containerd") + field(3, "2.1.0") + field(4, "v1"),
            "ListContainers": field(1, container), "ListPodSandbox": field(1, sandbox),
            "ContainerStatus": field(1, status), "PodSandboxStatus": field(1, sandbox),
            "Status": field(1, field(1, field(1, "RuntimeReady") + field(2, 1))),
        }
        self.connection = connection
        if method in ("Exec", "Attach", "PortForward"):
            self.calls += 1
            answers[method] = field(1, self.url if self.calls < 50 else "")
        if method in answers:
            connection.answer(stream, h2.Answer([answers[method]]))
        else:
            connection.answer(stream, h2.Answer([], 12, "unknown method " + method))
