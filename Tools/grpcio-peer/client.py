#!/usr/bin/python3
"""An independent gRPC client (Debian's python3-grpcio): calls methods of a CRI server, prints one JSON line a call.

Usage: client.py SOCKET CALL... [options], where CALL is METHOD or METHOD=BASE64-OF-THE-REQUEST (default: empty).
A line: {"method", "code" (a name, as NOT_FOUND), "message", "responses" (base64, or sizes with --sizes),
"initial", "trailing" (metadata), "ms"}. Exit 0 whatever the servers answered, 1 if it could not be called at all.
"""

import argparse
import base64
import threading
import time
from concurrent import futures

from common import STREAMS, UNLIMITED, emit, grpc, metadata, path, short


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("socket")
    p.add_argument("calls", nargs="+", metavar="CALL")
    p.add_argument("--api", default="v1", help="v1 (default) or v1alpha2")
    p.add_argument("--deadline", type=float, metavar="MS", help="sent as grpc-timeout, and kept")
    p.add_argument("--cancel-after", type=float, metavar="MS", help="cancel each call so much after its start")
    p.add_argument("--take", type=int, metavar="N", help="cancel a stream after its Nth message")
    p.add_argument("--metadata", action="append", default=[], metavar="KEY=VALUE", help="sent with every call")
    p.add_argument("--repeat", type=int, default=1, metavar="N", help="the whole list N times")
    p.add_argument("--concurrent", action="store_true", help="all calls at once on one connection (results in order of start)")
    p.add_argument("--sizes", action="store_true", help="print the sizes of the responses instead of the responses")
    return p.parse_intermixed_args()  # options may stand among the calls


def call(channel, args, spec):
    name, _, request = spec.partition("=")
    method, responses = path(name, args.api), []
    streaming = short(method) in STREAMS
    sent = tuple(m.split("=", 1) for m in args.metadata)
    kwargs = {"timeout": args.deadline / 1000 if args.deadline else None, "metadata": sent}
    begun = time.monotonic()
    if streaming:
        running = channel.unary_stream(method)(base64.b64decode(request), **kwargs)
    else:
        running = channel.unary_unary(method).future(base64.b64decode(request), **kwargs)
    if args.cancel_after is not None:
        timer = threading.Timer(args.cancel_after / 1000, running.cancel)
        timer.daemon = True
        timer.start()
    try:
        if streaming:
            for response in running:
                responses.append(response)
                if len(responses) == args.take:
                    running.cancel()
        else:
            responses.append(running.result())
    except (grpc.RpcError, grpc.FutureCancelledError):
        pass  # the call itself holds its status
    return {
        "method": method, "code": running.code().name, "message": running.details() or "",
        "responses": [len(r) if args.sizes else base64.b64encode(r).decode() for r in responses],
        "initial": metadata(running.initial_metadata()), "trailing": metadata(running.trailing_metadata()),
        "ms": round((time.monotonic() - begun) * 1000, 1),
    }


def main():
    args = options()
    authority = [("grpc.default_authority", "localhost")]  # as every CRI client sends it
    with grpc.insecure_channel("unix:" + args.socket, options=UNLIMITED + authority) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=10)
        except grpc.FutureTimeoutError:
            raise SystemExit(f"cannot connect to {args.socket}")
        calls = args.calls * args.repeat
        with futures.ThreadPoolExecutor(max_workers=len(calls) if args.concurrent else 1) as pool:
            for result in pool.map(lambda spec: call(channel, args, spec), calls):
                emit(result)


main()
