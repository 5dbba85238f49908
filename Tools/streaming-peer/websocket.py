#!/usr/bin/python3
"""A WebSocket peer on python3-wsproto from Debian: an implementation that shares no code with ours.

Usage: websocket.py serve FILE     FILE contains an upgrade request in hexadecimal and, on a second line, the bytes after it
       websocket.py receive FILE   FILE contains frames from a server, in hexadecimal
The first line that it prints contains all bytes that this peer sends, in hexadecimal: with `serve`, the response to the
request; then a text message, a binary message of 70,000 bytes, a ping, the replies to the other peer's pings, and the reply
to its Close frame. The other lines are the events that this peer has seen, as JSON.
"""

import json
import sys

from wsproto import ConnectionType, WSConnection, events
from wsproto.connection import Connection


def show(event):
    if isinstance(event, events.Request):
        return {"request": event.target, "subprotocols": event.subprotocols}
    if isinstance(event, events.TextMessage):
        return {"text": event.data, "last": event.message_finished}
    if isinstance(event, events.BytesMessage):
        return {"bytes": bytes(event.data).hex(), "last": event.message_finished}
    if isinstance(event, events.CloseConnection):
        return {"close": int(event.code), "reason": event.reason}
    return {type(event).__name__.lower(): bytes(event.payload).hex()}


def every(peer, pieces):
    for piece in pieces:
        peer.receive_data(piece)
        yield from peer.events()


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("serve", "receive"):
        raise SystemExit(__doc__)
    with open(sys.argv[2]) as file:
        pieces = [bytes.fromhex(line) for line in file]
    serves = sys.argv[1] == "serve"
    peer = WSConnection(ConnectionType.SERVER) if serves else Connection(ConnectionType.CLIENT)
    sent, seen, hello = b"", [], not serves
    for event in every(peer, pieces):
        seen.append(show(event))
        if isinstance(event, events.Request):
            sent += peer.send(events.AcceptConnection(subprotocol=event.subprotocols[-1]))
            hello = True
        if hello:
            sent += peer.send(events.TextMessage(data="grüße"))
            sent += peer.send(events.BytesMessage(data=bytes(i % 251 for i in range(70000))))
            sent += peer.send(events.Ping(payload=b"are you there"))
            hello = False
        if isinstance(event, (events.Ping, events.CloseConnection)):
            sent += peer.send(event.response())
    print(sent.hex())
    for event in seen:
        print(json.dumps(event))


main()
