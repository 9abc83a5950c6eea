"""An embedding server for tests: a real process that can be killed, and LangChain embeddings that ask it.

Started as `python embedding_process.py PORT` it serves; vectors are made of the hash of each text.
"""

import hashlib
import json
import subprocess
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain_core.embeddings import Embeddings

from brain.embedding.embedder import Embedder
from brain.embedding.remote import remote_embedder

DIMENSIONS = 32


class EmbeddingProcess:
    """The process; `start` again serves at the same address."""

    def __init__(self):
        self.port = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.port)], stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class AskedEmbeddings(Embeddings):
    """Asks the server; before the request `dies_at` it is killed."""

    def __init__(self, server, dies_at):
        self._server = server
        self._left = dies_at

    def embed_documents(self, texts):
        self._left -= 1
        if self._left == 0:
            self._server.kill()
        body = json.dumps(texts).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self._server.port}/", body, timeout=20) as answer:
            return json.loads(answer.read())

    def embed_query(self, text):
        return self.embed_documents([text])[0]


def embedder_of(server, dies_at=0) -> Embedder:
    """What citewise has of such a server."""
    inner = AskedEmbeddings(server, dies_at)
    return remote_embedder("served/32", inner, failures=(OSError,), dimensions=DIMENSIONS)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps([list(hashlib.sha256(text.encode()).digest()) for text in texts]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
