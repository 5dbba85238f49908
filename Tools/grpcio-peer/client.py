#!/usr/bin/python3
"""An independent gRPC client (python3-grpcio from Debian) that calls methods of a CRI server and prints a line for each call.

Usage: client.py SOCKET CALL... [options], where CALL is METHOD or METHOD=REQUEST, with the request in Base64 (default:
empty). Each line is a JSON object: {"method", "code" (a name such as NOT_FOUND), "message", "responses" (Base64, or sizes
with --sizes), "initial", "trailing" (metadata), "ms"}. Exits with 0 even if calls fail, and with 1 if it cannot connect.
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
    p.add_argument("--deadline", type=float, metavar="MS", help="deadline of each call; also sent as grpc-timeout")
    p.add_argument("--cancel-after", type=float, metavar="MS", help="cancel each call after this time")
    p.add_argument("--take", type=int, metavar="N", help="cancel a stream after N messages")
    p.add_argument("--metadata", action="append", default=[], metavar="KEY=VALUE", help="metadata to send with every call")
    p.add_argument("--repeat", type=int, default=1, metavar="N", help="repeat the list of calls N times")
    p.add_argument("--concurrent", action="store_true", help="make all calls concurrently on one connection (the results keep the order)")
    p.add_argument("--sizes", action="store_true", help="print the sizes of the responses instead of the responses")
    return p.parse_intermixed_args()  # allows options between the calls


def call(channel, args, spec):
    name, _, request = spec.partition("=")
    method, responses = path(name, args.api), []
    streaming = short(method) in STREAMS
    sent = tuple(m.split("=", 1) for m in args.metadata)
    kwargs = {"timeout": args.deadline / 1000 if args.deadline else None, "metadata": sent}
    start = time.monotonic()
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
        pass  # the status is read from the call below
    return {
        "method": method, "code": running.code().name, "message": running.details() or "",
        "responses": [len(r) if args.sizes else base64.b64encode(r).decode() for r in responses],
        "initial": metadata(running.initial_metadata()), "trailing": metadata(running.trailing_metadata()),
        "ms": round((time.monotonic() - start) * 1000, 1),
    }


def main():
    args = options()
    authority = [("grpc.default_authority", "localhost")]  # every CRI client sends this authority
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
