"""A WebDAV server that answers every PROPFIND with what a test gives it, as Apache would not."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ingest.credentials import Credentials
from ingest.locate import open_drive

PROPSTAT = "<D:propstat><D:prop>{}</D:prop><D:status>HTTP/1.1 {}</D:status></D:propstat>"
FILE = "<D:resourcetype/><D:getcontentlength>7</D:getcontentlength>"
FOLDER = "<D:resourcetype><D:collection/></D:resourcetype>"


def resource(href, told, status="200 OK"):
    return f"<D:response><D:href>{href}</D:href>{PROPSTAT.format(told, status)}</D:response>"


def listing(*resources):
    return f'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">{"".join(resources)}</D:multistatus>'


class Answers:
    """`answers` by path: status, headers, body. `drive` is the folder /docs of it."""

    def __init__(self):
        self.answers = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.http.daemon_threads = True
        self.http.answers = self.answers
        self.address = f"127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def give(self, body, status=207, path="/docs", **headers):
        body = body.encode() if isinstance(body, str) else body
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, {"Content-Length": str(len(body))} | headers, body)

    def drive(self):
        return open_drive(f"webdav://{self.address}/docs", credentials=Credentials(Path("credentials.toml")))

    def close(self):
        self.http.shutdown()
        self.http.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_PROPFIND(self):
        status, headers, body = self.server.answers[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""
