"""A proxy in front of a server, which can go silent or cut the line after so many bytes."""

import select
import socket
import threading


class Proxy:
    """Passes bytes between clients and a port; `silent` swallows them, `left` cuts the line at zero."""

    def __init__(self, target):
        self.target = target
        self.silent = False
        self.left = None
        self.refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self._open += [client, server]
        try:
            while True:
                for ready in select.select([client, server], [], [], 0.2)[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if self.silent:
                        continue
                    if ready is server and self.left is not None:
                        self.left -= len(data)
                        if self.left < 0:
                            self.refusing = True
                            return
                    (server if ready is client else client).sendall(data)
        except (OSError, ValueError):
            return
        finally:
            client.close()
            server.close()

    def heal(self):
        self.silent, self.left, self.refusing = False, None, False

    def cut(self):
        for one in self._open:
            with_shutdown(one)
        self._open.clear()

    def close(self):
        self._ended = True
        self._listener.close()
        self.cut()


def with_shutdown(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
