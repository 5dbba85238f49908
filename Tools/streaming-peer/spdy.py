#!/usr/bin/python3
"""Encodes and decodes SPDY/3.1 frames with Python's zlib and struct: an implementation that shares no code with ours.

Usage: spdy.py encode FILE    prints the frames in FILE (JSON lines) as bytes in hexadecimal, one line for each frame
       spdy.py decode FILE    prints the frames in FILE (hexadecimal) as JSON lines
A frame is an object such as {"type": "SYN_STREAM", "id": 1, "flags": 0, "headers": [["streamtype", "stdin"]]}.
All frames of one run share one compression context, as the frames of one connection do.
"""

import json
import struct
import sys
import zlib

NAMES = """options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
authorization cache-control connection content-base content-encoding content-language content-length content-location
content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range
if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer
retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status
200=OK version HTTP/1.1 url public set-cookie keep-alive origin""".split()
DICTIONARY = b"".join(struct.pack(">I", len(n)) + n.replace("=", " ").encode() for n in NAMES) + (
    b"100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative "
    b"Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal "
    b"Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, "
    b"Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,"
    b"text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.")
assert zlib.adler32(DICTIONARY) == 0xE3C6A7C2  # the identifier that every SPDY/3 header block begins with
TYPES = {"SYN_STREAM": 1, "SYN_REPLY": 2, "RST_STREAM": 3, "SETTINGS": 4, "PING": 6, "GOAWAY": 7, "HEADERS": 8,
         "WINDOW_UPDATE": 9}
FIXED = {"RST_STREAM": ("id", "status"), "PING": ("id",), "GOAWAY": ("last", "status"), "WINDOW_UPDATE": ("id", "delta")}

compressor = zlib.compressobj(zdict=DICTIONARY)
decompressor = zlib.decompressobj(zdict=DICTIONARY)


def block(headers):
    out = struct.pack(">I", len(headers))
    for text in (t for pair in headers for t in pair):
        out += struct.pack(">I", len(text.encode())) + text.encode()
    return compressor.compress(out) + compressor.flush(zlib.Z_SYNC_FLUSH)


def headers(data):
    data = decompressor.decompress(data)
    assert not decompressor.unconsumed_tail
    count, = struct.unpack(">I", data[:4])
    texts, offset = [], 4
    while offset < len(data):
        length, = struct.unpack(">I", data[offset:offset + 4])
        texts.append(data[offset + 4:offset + 4 + length].decode())
        offset += 4 + length
    assert offset == len(data) and len(texts) == 2 * count
    return [list(pair) for pair in zip(texts[::2], texts[1::2])]


def encode(f):
    kind, flags = f["type"], f.get("flags", 0)
    if kind == "DATA":
        payload = bytes.fromhex(f["data"])
        return struct.pack(">IB", f["id"], flags) + len(payload).to_bytes(3, "big") + payload
    if kind == "SYN_STREAM":
        payload = struct.pack(">IIBB", f["id"], f.get("associated", 0), f.get("priority", 0) << 5, 0) + block(f["headers"])
    elif kind in ("SYN_REPLY", "HEADERS"):
        payload = struct.pack(">I", f["id"]) + block(f["headers"])
    elif kind == "SETTINGS":
        payload = struct.pack(">I", len(f["settings"]))
        payload += b"".join(struct.pack(">II", g << 24 | i, v) for i, v, g in f["settings"])
    else:
        payload = b"".join(struct.pack(">I", f[name]) for name in FIXED[kind])
    return struct.pack(">HHB", 0x8003, TYPES[kind], flags) + len(payload).to_bytes(3, "big") + payload


def decode(data):
    word, flags, length = struct.unpack(">I", data[:4])[0], data[4], int.from_bytes(data[5:8], "big")
    payload, rest = data[8:8 + length], data[8 + length:]
    assert len(payload) == length
    if not word >> 31:
        return {"type": "DATA", "id": word, "flags": flags, "data": payload.hex()}, rest
    assert word >> 16 == 0x8003
    kind = {number: name for name, number in TYPES.items()}[word & 0xFFFF]
    f = {"type": kind, "flags": flags}
    if kind == "SYN_STREAM":
        f["id"], f["associated"], priority, slot = struct.unpack(">IIBB", payload[:10])
        assert slot == 0 and priority & 31 == 0
        f.update(priority=priority >> 5, headers=headers(payload[10:]))
    elif kind in ("SYN_REPLY", "HEADERS"):
        f.update(id=struct.unpack(">I", payload[:4])[0], headers=headers(payload[4:]))
    elif kind == "SETTINGS":
        words = struct.unpack(f">{length // 4}I", payload)
        assert len(words) == 1 + 2 * words[0]
        f["settings"] = [[i & 0xFFFFFF, v, i >> 24] for i, v in zip(words[1::2], words[2::2])]
    else:
        f.update(zip(FIXED[kind], struct.unpack(f">{len(FIXED[kind])}I", payload), strict=True))
    return f, rest


if len(sys.argv) != 3 or sys.argv[1] not in ("encode", "decode"):
    raise SystemExit(__doc__)
with open(sys.argv[2]) as file:
    if sys.argv[1] == "encode":
        for line in file:
            print(encode(json.loads(line)).hex())
    else:
        data = bytes.fromhex(file.read())
        while data:
            frame, data = decode(data)
            print(json.dumps(frame))
