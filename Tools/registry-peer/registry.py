#!/usr/bin/python3
"""A registry that serves one image over plain HTTP and requires a password (OCI distribution specification).

Usage: registry.py ARCHIVE NAME:TAG USER:PASSWORD, where ARCHIVE is an OCI layout in a tar file, as `ctr images export`
writes it. Prints its port on 127.0.0.1, then the path and the response status of each request. Exits at the end of its
standard input.
"""

import base64
import http.server
import json
import sys
import tarfile
import threading

archive, (name, tag), login = sys.argv[1], sys.argv[2].rsplit(":", 1), sys.argv[3]
blobs = {}
with tarfile.open(archive) as tar:
    for member in tar.getmembers():
        if member.isfile():
            path = member.name.lstrip("./")
            blobs[path] = tar.extractfile(member).read()
index = json.loads(blobs["index.json"])["manifests"][0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = "Basic " + base64.b64encode(login.encode()).decode()
        if self.headers.get("Authorization") != wanted:
            return self.respond(401, b"", {"WWW-Authenticate": 'Basic realm="peer"'})
        prefix = f"/v2/{name}/"
        if self.path in ("/v2", "/v2/"):
            return self.respond(200, b"{}", {})
        kind, _, reference = self.path.removeprefix(prefix).partition("/")
        digest = index["digest"] if reference == tag else reference.partition("?")[0]
        body = blobs.get("blobs/" + digest.replace(":", "/"))
        if not self.path.startswith(prefix) or body is None:
            return self.respond(404, b"", {})
        media = "application/octet-stream"
        if kind == "manifests":
            media = json.loads(body).get("mediaType") or index["mediaType"]
        self.respond(200, body, {"Content-Type": media, "Docker-Content-Digest": digest})

    do_HEAD = do_GET

    def respond(self, status, body, headers):
        print(self.path, status, flush=True)
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
