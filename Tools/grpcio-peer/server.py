#!/usr/bin/python3
"""An independent gRPC server (python3-grpcio from Debian) that serves recorded CRI responses, with faults on request.

Usage: server.py SOCKET [RECORDING.jsonl] [options]. Prints {"ready": SOCKET} when it listens, and exits on SIGTERM.
Responses are found by method and exact request. A List* call with a filter receives the unfiltered response. Other requests
to a recorded method fail with NOT_FOUND, and other methods with UNIMPLEMENTED. METHOD is a short name (Version) or a path
(/runtime.v1.RuntimeService/Version). See --help for the options.
"""

import argparse
import base64
import json
import os
import signal
import sys
import threading
import time
from concurrent import futures

from common import STREAMS, UNLIMITED, emit, grpc, message, metadata, path, short, status_code, varint


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("socket")
    p.add_argument("recording", nargs="?")
    p.add_argument("--api", default="v1", help="with v1alpha2, serve runtime.v1alpha2 instead of runtime.v1")
    p.add_argument("--containers", type=int, help="return this many running containers from ListContainers")
    p.add_argument("--delay", action="append", default=[], metavar="METHOD=MS", help="delay the responses of a method")
    p.add_argument("--error", action="append", default=[], metavar="METHOD=CODE:TEXT", help="make a method fail with this status")
    p.add_argument("--big", action="append", default=[], metavar="METHOD=BYTES",
                   help="respond with a message of this size (one string, field 1)")
    p.add_argument("--stream", action="append", default=[], metavar="METHOD=N[,hang|,CODE:TEXT]",
                   help="stream N messages with the IDs id-0, id-1, ..., then end with OK (or hang, or fail with the status)")
    p.add_argument("--pad", type=int, default=0, metavar="BYTES", help="pad each streamed ID to this length")
    p.add_argument("--metadata", action="append", default=[], metavar="KEY=VALUE", help="initial metadata of every response")
    p.add_argument("--trailing", action="append", default=[], metavar="KEY=VALUE", help="trailing metadata of every response")
    p.add_argument("--goaway", metavar="METHOD=MS", help="stop the server (GOAWAY) when METHOD is called, with this grace period")
    p.add_argument("--log", metavar="FILE", help="write a JSON line for each completed call to FILE")
    p.add_argument("--until-eof", action="store_true", help="exit at the end of standard input, so that no server is left behind")
    return p.parse_args()


def pairs(specs):
    return dict(s.split("=", 1) for s in specs)


def binary(specs):
    return tuple((k, v.encode() if k.endswith("-bin") else v) for k, v in (s.split("=", 1) for s in specs))


def containers(count):
    """Returns a list of containers with about 760 bytes each, as on a real node."""
    out = bytearray()
    for i in range(count):
        pod, name = f"deployment-{i // 2:05d}-6d4cf56db6-x{i % 97:04d}", f"container-{i % 2}"
        cid, uid = f"{i * 2654435761 % 2**64:016x}" * 4, f"{i // 2:08x}-0000-4000-8000-000000000000"
        k8s = "io.kubernetes."
        labels = {"container.name": name, "pod.name": pod, "pod.namespace": f"namespace-{i % 20}", "pod.uid": uid}
        annotations = {"container.hash": f"{i:08x}", "container.restartCount": "0", "pod.terminationGracePeriod": "30",
                       "container.terminationMessagePath": "/dev/termination-log", "container.terminationMessagePolicy": "File",
                       "container.ports": "[]"}
        entry = [(8, message((1, k8s + k), (2, v))) for k, v in labels.items()]
        entry += [(9, message((1, k8s + k), (2, v))) for k, v in annotations.items()]
        image = "sha256:" + "6e76f342e17700d8" * 4
        out += message((1, message((1, cid), (2, cid[::-1]), (3, message((1, name))), (4, message((1, image))), (5, image), (6, 1),
                                   (7, 1_700_000_000_000_000_000 + i), *entry)))
    return bytes(out)


class Peer(grpc.GenericRpcHandler):
    def __init__(self, args):
        self.args, self.recorded = args, {}
        self.delays = {k: int(v) / 1000 for k, v in pairs(args.delay).items()}
        self.errors = pairs(args.error)
        self.bigs = {k: int(v) for k, v in pairs(args.big).items()}
        self.streams = pairs(args.stream)
        self.goaway = dict([args.goaway.split("=", 1)]) if args.goaway else {}
        self.initial, self.trailing = binary(args.metadata), binary(args.trailing)
        self.log = open(args.log, "a") if args.log else None
        self.lock, self.server = threading.Lock(), None
        for line in open(args.recording) if args.recording else ():
            r = json.loads(line)
            method = r["method"].replace("/runtime.v1.", f"/runtime.{args.api}.")
            self.recorded.setdefault(method, {})[base64.b64decode(r["request"])] = r
        if args.containers is not None:
            encoded = base64.b64encode(containers(args.containers))
            self.recorded[path("ListContainers", args.api)] = {b"": {"response": encoded, "code": 0}}
        for name in [*self.delays, *self.errors, *self.bigs, *self.streams, *self.goaway]:
            self.recorded.setdefault(path(name, args.api), {})  # a method with a fault exists even if it was not recorded

    def service(self, details):
        if details.method not in self.recorded:
            _, service, name = details.method.split("/")
            known = any(m.startswith(f"/{service}/") for m in self.recorded)
            text = f"unknown method {name} for service {service}" if known else f"unknown service {service}"  # grpc-go's messages
            return grpc.unary_unary_rpc_method_handler(lambda _, context: context.abort(grpc.StatusCode.UNIMPLEMENTED, text))
        streaming = short(details.method) in STREAMS
        make = grpc.unary_stream_rpc_method_handler if streaming else grpc.unary_unary_rpc_method_handler
        respond = self.stream if streaming else self.unary
        return make(lambda request, context: respond(details.method, request, context))

    def special(self, table, method):
        return table.get(method, table.get(short(method)))

    def begin(self, method, request, context):
        remaining = context.time_remaining()  # in seconds; a very large number if there is no deadline
        record = {"method": method, "request": base64.b64encode(request).decode(), "cancelled": False,
                  "metadata": metadata(context.invocation_metadata()), "deadline": remaining if remaining < 1e9 else None}
        ended = threading.Event()

        def finish():  # called when the call ends in any way
            record["cancelled"] = not record.pop("done", False)
            ended.set()
            if self.log:
                with self.lock:
                    emit(record, self.log)

        context.add_callback(finish)
        if self.initial:
            context.send_initial_metadata(self.initial)
        if self.trailing:
            context.set_trailing_metadata(self.trailing)
        grace = self.special(self.goaway, method)
        if grace is not None:
            threading.Thread(target=self.server.stop, args=[int(grace) / 1000]).start()
        delay = self.special(self.delays, method)
        if delay:
            ended.wait(delay)  # a cancelled call must not occupy a worker
        error = self.special(self.errors, method)
        if error:
            self.fail(record, context, error)
        return record, ended

    def fail(self, record, context, spec):
        code, _, text = spec.partition(":")
        record["done"] = True
        context.abort(status_code(code), text)

    def unary(self, method, request, context):
        record, _ = self.begin(method, request, context)
        big = self.special(self.bigs, method)
        if big is not None:
            record["done"] = True
            return message((1, b"x" * (big - 1 - len(varint(big)))))
        known = self.recorded[method]
        entry = known.get(request) or (known.get(b"") if short(method).startswith("List") else None)
        if entry is None:
            self.fail(record, context, "NOT_FOUND:no response is recorded for this request")
        if entry["code"]:
            self.fail(record, context, f"{entry['code']}:{entry['message']}")
        record["done"] = True
        return base64.b64decode(entry["response"])

    def stream(self, method, request, context):
        record, ended = self.begin(method, request, context)
        count, _, end = (self.special(self.streams, method) or "0").partition(",")
        for i in range(int(count)):
            item = f"id-{i}".ljust(self.args.pad, "x")
            for _ in range(STREAMS[short(method)]):
                item = message((1, item))
            yield item
        if end == "hang":
            ended.wait()
        elif end:
            self.fail(record, context, end)
        record["done"] = True


def main():
    args = options()
    peer = Peer(args)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), handlers=[peer], options=UNLIMITED)
    peer.server = server
    if os.path.exists(args.socket):
        os.unlink(args.socket)
    if not server.add_insecure_port("unix:" + os.path.abspath(args.socket)):
        raise SystemExit(f"cannot listen on {args.socket}")
    server.start()
    emit({"ready": args.socket})
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if args.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:  # the process exits only on SIGTERM or at the end of its input, even after GOAWAY
        time.sleep(3600)


main()
