"""A real server on loopback for tests: its process, the folder that it serves, and what a test does to it."""

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from line_proxy import Proxy

from ingest.credentials import Credentials
from ingest.locate import REMOTE, readable_suffixes
from ingest.options import DriveOptions
from ingest.remote.source import Limits

ROOT = os.geteuid() == 0
USER = "nobody" if ROOT else pwd.getpwuid(os.geteuid()).pw_name
PASSWORD = "geheim-Gänse/füttern"
PATIENT = Limits(connect=20, reply=60)
HASTY = Limits(connect=1, reply=1)
INSTALL = "run deploy/test-servers.sh as root to install it"


def program(name):
    """Where a server lies, or a skip that says how to get it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed: {INSTALL}")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process and the folder that it serves. What differs is in the subclasses."""

    scheme = ""
    names_with_newline = True
    enforces_rights = True
    refuses_password = True
    many = 2100
    hasty = HASTY

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="citewise-server-"))
        self.home.chmod(0o755)
        self.files_root = self.home / "files"
        self.files_root.mkdir()
        self.log = self.home / "log"
        self.port = free_port()
        self.process = None
        try:
            self.prepare()
            self.start()
            self.proxy = Proxy(self.port)
        except BaseException:  # a skip, too, leaves nothing in the folder for temporary files
            shutil.rmtree(self.home)
            raise

    def prepare(self):
        """Configuration, keys, accounts."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment()
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"{type(self).__name__} does not start: {self.log.read_text()[-2000:]}")

    def kill(self):
        """As a power cut: the server and all that serve its connections."""
        family = psutil.Process(self.process.pid)
        for process in (family, *family.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def close(self):
        self.proxy.close()
        if self.process.poll() is None:
            self.kill()
        for folder, _, _ in os.walk(self.home):
            os.chmod(folder, 0o755)
        shutil.rmtree(self.home)

    # What a test does to the drive

    def fresh(self, name):
        """An empty folder of its own for a test."""
        (self.files_root / name).mkdir()
        return name

    def write(self, path, content, mtime=1_600_000_000):
        file = self.files_root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(file, (mtime, mtime))

    def delete(self, path):
        (self.files_root / path).unlink()

    def rename(self, old, new):
        (self.files_root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.files_root / old).rename(self.files_root / new)

    def forbid(self, path, mode=0):
        os.chmod(self.files_root / path, mode)

    def content(self, folder):
        """SHA-256 by path, of all files in a test's folder."""
        root = self.files_root / folder
        return {
            file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in root.rglob("*")
            if file.is_file()
        }

    # The drive as citewise sees it

    def place(self, folder=""):
        return f"{self.scheme}://127.0.0.1:{self.proxy.port}{self.prefix()}" + (
            f"/{quote(folder)}" if folder else ""
        )

    def prefix(self):
        return ""

    def secrets(self):
        return {"username": USER, "password": PASSWORD}

    def drive(self, folder="", limits=PATIENT, options=None, **secrets):
        from importlib import import_module

        url = self.place(folder)
        tables = {url: self.secrets() | secrets}
        return import_module(REMOTE[self.scheme]).open_drive(
            url,
            readable_suffixes(),
            Credentials(Path("/home/bot/credentials.toml"), tables),
            options or DriveOptions(),
            None,
            limits,
        )

    def wrong_password(self):
        return {"password": "wrong-Wolf"}
