"""Code that server.py and client.py share: method names, a minimal protobuf encoder, and JSON lines."""

import json
import os
import sys

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # grpcio's log lines would mix with the results
import grpc  # noqa: E402

# The streaming methods, with the nesting depth of the ID in one message of each (1: a field of the message itself).
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
    """Returns the path of a method, given its short name (Version) or its path (/runtime.v1.RuntimeService/Version)."""
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
    """Encodes (number, value) pairs as protobuf. A value is an int (varint), or a str or bytes (length-delimited)."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return bytes(out)


def status_code(name):
    """Returns grpcio's status code for a name (NOT_FOUND, not_found) or a number (5)."""
    for code in grpc.StatusCode:
        if name.upper() == code.name or name == str(code.value[0]):
            return code
    raise SystemExit(f"unknown status code: {name}")


def metadata(pairs):
    """Returns metadata as [[key, value]...], with binary values in hexadecimal."""
    return [[k, v.hex() if isinstance(v, bytes) else v] for k, v in pairs or ()]


def emit(record, file=sys.stdout):
    print(json.dumps(record, ensure_ascii=False), file=file, flush=True)
