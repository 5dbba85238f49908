"""A gRPC server on a unix socket that is made of raw HTTP/2 frames, so that every byte of it can be wrong.

`Runtime` listens; each connection runs on a thread and asks the current `Behaviour` for each call. A behaviour returns an
`Answer`, or writes frames itself. Nothing here checks what the client sends, except to find out which method it calls.
"""

import contextlib
import os
import socket
import struct
import threading

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK, PADDED = 1, 4, 1, 8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# RFC 7541, appendix B: the length in bits of the Huffman code of each byte. The code is canonical.
LENGTHS = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28,
    28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6,
    5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28]
# RFC 7541, appendix A: the names of the static table.
STATIC = (":authority :method :method :path :path :scheme :scheme :status :status :status :status :status :status :status "
          "accept-charset accept-encoding accept-language accept-ranges accept access-control-allow-origin age allow "
          "authorization cache-control content-disposition content-encoding content-language content-length "
          "content-location content-range content-type cookie date etag expect expires from host if-match "
          "if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards "
          "proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie "
          "strict-transport-security transfer-encoding user-agent vary via www-authenticate").split()


def _codes():
    """Returns {(length, code): byte} for all bytes below 128, which is all that requests contain."""
    codes, code, previous = {}, 0, 0
    # Codes of bytes from 128 on lie between those of 28 and fewer bits, so only codes up to 15 bits are derived.
    for length, byte in sorted((length, byte) for byte, length in enumerate(LENGTHS) if length <= 15):
        code = code << (length - previous)
        codes[(length, code)] = byte
        code, previous = code + 1, length
    return codes


CODES = _codes()


def unhuffman(data):
    """Decodes Huffman-coded text."""
    out, code, length = bytearray(), 0, 0
    for byte in data:
        for bit in range(7, -1, -1):
            code, length = code << 1 | byte >> bit & 1, length + 1
            found = CODES.get((length, code))
            if found is not None:
                out.append(found)
                code = length = 0
    return bytes(out)


class HeaderReader:
    """Decodes HPACK blocks; returns header fields as a dictionary."""

    def __init__(self):
        self.table, self.limit = [], 4096

    def entry(self, index):
        if index <= len(STATIC):
            return STATIC[index - 1].encode(), b""
        return self.table[index - len(STATIC) - 1]

    def read(self, data):
        fields, at = {}, 0

        def number(bits):
            nonlocal at
            value = data[at] & (1 << bits) - 1
            at += 1
            if value == (1 << bits) - 1:
                shift = 0
                while True:
                    byte = data[at]
                    at += 1
                    value += (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
            return value

        def text():
            nonlocal at
            coded = data[at] & 128
            size = number(7)
            raw = data[at:at + size]
            at += size
            return unhuffman(raw) if coded else raw

        while at < len(data):
            first = data[at]
            if first & 0x80:
                name, value = self.entry(number(7))
            elif first & 0xe0 == 0x20:
                self.limit = number(5)
                self.shrink()
                continue
            else:
                indexed = first & 0xc0 == 0x40
                index = number(6 if indexed else 4)
                name = self.entry(index)[0] if index else text()
                value = text()
                if indexed:
                    self.table.insert(0, (name, value))
                    self.shrink()
            fields[name] = value
        return fields

    def shrink(self):
        while sum(len(name) + len(value) + 32 for name, value in self.table) > self.limit:
            self.table.pop()


def frame(kind, flags, stream, payload=b"", length=None):
    """Encodes one frame, by default with its true length."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind & 255, flags & 255]) + struct.pack(">I", stream & 0xffffffff) + payload


def literal(name, value, prefix=0):
    """Encodes a header field without compression; `prefix` 0x40 adds it to the dynamic table."""

    def text(data):
        size = len(data)
        if size < 127:
            return bytes([size]) + data
        out, size = bytearray([127]), size - 127
        while size > 127:
            out.append(size & 127 | 128)
            size >>= 7
        out.append(size)
        return bytes(out) + data

    def as_bytes(value):
        return value if isinstance(value, bytes) else str(value).encode()

    return bytes([prefix]) + text(as_bytes(name)) + text(as_bytes(value))


def block(fields):
    """Encodes header fields without compression."""
    return b"".join(literal(name, value) for name, value in fields)


HEAD = [(":status", "200"), ("content-type", "application/grpc")]


def message(data, compressed=0, length=None):
    """Encodes a gRPC message with its prefix."""
    return struct.pack(">BI", compressed & 255, (len(data) if length is None else length) & 0xffffffff) + data


class Answer:
    """The response to one call."""

    def __init__(self, messages=(), code=0, text="", head=None, trailers=None, body=None, ends=True):
        """`body` replaces the encoded messages, `trailers` the status; without `ends`, the call stays open."""
        self.body = b"".join(map(message, messages)) if body is None else body
        self.head = HEAD if head is None else head
        self.trailers = [("grpc-status", code)] + ([("grpc-message", text)] if text else [])
        if trailers is not None:
            self.trailers = trailers
        self.ends = ends

    def parts(self, stream):
        """Returns the header frame, the body, and the frame of the trailers."""
        head = frame(HEADERS, END_HEADERS, stream, block(self.head))
        tail = frame(HEADERS, END_HEADERS | END_STREAM, stream, block(self.trailers)) if self.ends else b""
        return head, self.body, tail


class Behaviour:
    """What a runtime does. The base class does not respond."""

    def connected(self, connection):
        """Called when the client's preface has arrived; sends the server's SETTINGS."""
        connection.send(frame(SETTINGS, 0, 0))

    def received(self, connection, kind, flags, stream, payload):
        """Called for each frame; returns whether the usual processing follows."""
        return True

    def called(self, connection, stream, method, request):
        """Called for each complete request."""


class Connection:
    """One connection of a client, on its own thread."""

    def __init__(self, runtime, link):
        self.runtime, self.link, self.behaviour = runtime, link, runtime.behaviour
        self.buffer, self.reader = b"", HeaderReader()
        self.methods, self.bodies, self.queue = {}, {}, []
        self.window, self.windows, self.initial = 65535, {}, 65535
        self.sent = 0
        self.pid = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]

    def serve(self):
        try:
            while len(self.buffer) < len(PREFACE):
                self.receive()
            self.buffer = self.buffer[len(PREFACE):]
            self.behaviour.connected(self)
            while True:
                while self.queue:
                    self.behaviour.called(self, *self.queue.pop(0))
                self.pump()
        except (OSError, EOFError, IndexError, ValueError):
            pass
        finally:
            self.runtime.note(self)
            with contextlib.suppress(OSError):
                self.link.close()

    def receive(self):
        data = self.link.recv(1 << 16)
        if not data:
            raise EOFError
        self.buffer += data

    def pump(self):
        """Reads and processes one frame."""
        while len(self.buffer) < 9:
            self.receive()
        size = int.from_bytes(self.buffer[:3], "big")
        kind, flags = self.buffer[3], self.buffer[4]
        stream = int.from_bytes(self.buffer[5:9], "big")
        while len(self.buffer) < 9 + size:
            self.receive()
        payload, self.buffer = self.buffer[9:9 + size], self.buffer[9 + size:]
        if not self.behaviour.received(self, kind, flags, stream, payload):
            return
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, size - 5, 6):
                number, value = struct.unpack(">HI", payload[at:at + 6])
                if number == 4:
                    self.initial = value
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE:
            delta = struct.unpack(">I", payload)[0]
            if stream:
                self.windows[stream] = self.windows.get(stream, 0) + delta
            else:
                self.window += delta
        elif kind == HEADERS:
            fields = self.reader.read(payload[5:] if flags & 0x20 else payload)
            self.methods[stream] = fields.get(b":path", b"").rsplit(b"/", 1)[-1].decode("latin-1")
            self.bodies[stream] = b""
        elif kind == DATA:
            self.bodies[stream] = self.bodies.get(stream, b"") + payload
        elif kind == RST_STREAM:
            self.windows[stream] = -1 << 40
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            body = self.bodies.pop(stream, b"")
            self.queue.append((stream, self.methods.pop(stream, ""), body[5:]))

    def send(self, data):
        """Sends raw bytes; with a limit, something else happens in the middle."""
        limit = self.runtime.limit
        if limit is not None:
            room = max(0, limit - self.sent)
            if room < len(data):
                self.link.sendall(data[:room])
                self.sent += room
                self.runtime.limit = None
                if not self.runtime.limit_reached(self):
                    raise EOFError
                data = data[room:]
        self.link.sendall(data)
        self.sent += len(data)

    def answer(self, stream, answer):
        """Sends a response within the client's flow-control windows."""
        head, body, tail = answer.parts(stream)
        if len(body) <= 16384 and len(body) <= min(self.window, self.initial + self.windows.get(stream, 0)):
            self.window -= len(body)
            return self.send(head + (frame(DATA, 0, stream, body) if body else b"") + tail)
        self.send(head)
        at, used = 0, 0
        while at < len(body):
            room = min(16384, self.window, self.initial + self.windows.get(stream, 0) - used, len(body) - at)
            if room <= 0:
                if self.windows.get(stream, 0) < -1 << 30:
                    return
                self.pump()
                continue
            self.send(frame(DATA, 0, stream, body[at:at + room]))
            at, used, self.window = at + room, used + room, self.window - room
        self.send(tail)


class Runtime:
    """Listens on a unix socket."""

    def __init__(self, path):
        self.path, self.behaviour, self.limit, self.at_limit = path, Behaviour(), None, None
        self.sent, self.connections, self.lock = 0, set(), threading.Lock()
        self.links = set()
        self.listener = None
        self.open()

    def open(self):
        """Begins to listen."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(200)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            link.settimeout(20)
            connection = Connection(self, link)
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=connection.serve, daemon=True).start()

    def note(self, connection):
        with self.lock:
            self.connections.discard(connection)
            self.sent += connection.sent

    def limit_reached(self, connection):
        """Called when a connection has sent as many bytes as the limit says. Returns whether it continues."""
        return bool(self.at_limit and self.at_limit(connection))

    def begin(self, behaviour, limit=None, at_limit=None):
        """Prepares for the next run."""
        self.behaviour, self.limit, self.at_limit, self.sent = behaviour, limit, at_limit, 0

    def drop(self):
        """Ends all connections, and returns the number of bytes that were sent since `begin`."""
        with self.lock:
            open_connections = list(self.connections)
            total = self.sent + sum(connection.sent for connection in open_connections)
        for connection in open_connections:
            with contextlib.suppress(OSError):
                connection.link.shutdown(socket.SHUT_RDWR)
        return total

    def close(self):
        """Stops listening, as a runtime that has died."""
        # A blocked accept keeps the socket alive, so it is shut down first.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()
