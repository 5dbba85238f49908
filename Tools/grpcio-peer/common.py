"""What server.py and client.py share: method names, the few bytes of protobuf they need, JSON lines."""

import json
import os
import sys

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # grpcio's own log lines would mix with the results
import grpc  # noqa: E402

# Streaming RPCs, and how deep the id lies in one message of each (1: a string field, 2: in a message, 3: in one in that).
STREAMS = {
    "GetContainerEvents": 1,
    "StreamPodSandboxes": 2,
    "StreamContainers": 2,
    "StreamImages": 2,
    "StreamPodSandboxMetrics": 2,
    "StreamContainerStats": 3,
    "StreamPodSandboxStats": 3,
}
IMAGE_METHODS = {"ListImages", "StreamImages", "ImageStatus", "PullImage", "RemoveImage", "ImageFsInfo"}
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def path(method, api="v1"):
    """The :path of a method named briefly (Version) or in full (/runtime.v1.RuntimeService/Version)."""
    if method.startswith("/"):
        return method
    return f"/runtime.{api}.{'Image' if method in IMAGE_METHODS else 'Runtime'}Service/{method}"


def short(method):
    return method.rsplit("/", 1)[-1]


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def message(*fields):
    """Protobuf bytes of (number, value) pairs; a value is an int (varint), str or bytes (length-delimited)."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return bytes(out)


def status_code(name):
    """The grpcio code named NOT_FOUND, not_found or 5."""
    for code in grpc.StatusCode:
        if name.upper() == code.name or name == str(code.value[0]):
            return code
    raise SystemExit(f"no such status code: {name}")


def metadata(pairs):
    """Metadata as [[key, value]...]; binary values become their hexadecimal form."""
    return [[k, v.hex() if isinstance(v, bytes) else v] for k, v in pairs or ()]


def emit(record, file=sys.stdout):
    print(json.dumps(record, ensure_ascii=False), file=file, flush=True)
