"""Real servers on loopback for the tests of remote drives: Samba, OpenSSH, Apache's mod_dav, moto for S3.

Each serves a folder of this machine (moto: a bucket): as root for the account `nobody`, else for one's own.
A proxy in front of it can go silent or cut the line after so many bytes.
"""

import hashlib
import json
import os
import pwd
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

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
        self.prepare()
        self.start()
        self.proxy = Proxy(self.port)

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


class Samba(Server):
    scheme = "smb"
    names_with_newline = False  # not a name that Windows has

    def prepare(self):
        program("smbd")
        state = self.home / "state"
        state.mkdir()
        places = ("private dir", "lock directory", "state directory", "cache directory", "pid directory")
        lines = [f"  {name} = {state}" for name in (*places, "ncalrpc dir")]
        self.conf = self.home / "smb.conf"
        self.conf.write_text(
            "[global]\n"
            + "\n".join(lines)
            + f"\n  smb ports = {self.port}\n  interfaces = 127.0.0.1/8\n  bind interfaces only = yes\n"
            "  disable netbios = yes\n  load printers = no\n  disable spoolss = yes\n"
            "  server role = standalone\n"
            "  server min protocol = SMB2\n  map to guest = never\n  log level = 1\n  mangled names = no\n"
            f"  passdb backend = tdbsam:{state}/passdb.tdb\n"
            f"[docs]\n  path = {self.files_root}\n  read only = yes\n  valid users = {USER}\n"
        )
        subprocess.run(
            [program("smbpasswd"), "-c", self.conf, "-L", "-s", "-a", USER],
            input=f"{PASSWORD}\n{PASSWORD}\n",
            text=True,
            check=True,
            capture_output=True,
        )

    def command(self):
        return [
            program("smbd"),
            "--foreground",
            "--no-process-group",
            f"--configfile={self.conf}",
            f"--log-basename={self.home}",
        ]

    def prefix(self):
        return "/docs"


class OpenSsh(Server):
    scheme = "sftp"

    def prepare(self):
        program("sshd")
        if ROOT:
            Path("/run/sshd").mkdir(exist_ok=True)
        for name, kind in (("host", "ed25519"), ("host_ecdsa", "ecdsa"), ("user", "ed25519")):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(self.home / name)],
                check=True,
                capture_output=True,
            )
        shutil.copy(self.home / "user.pub", self.home / "authorized")
        (self.home / "authorized").chmod(0o644)
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", str(self.home / "host.pub")],
            check=True,
            capture_output=True,
            text=True,
        )
        self.fingerprint = shown.stdout.split()[1]
        self.conf = self.home / "sshd_config"
        self.conf.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.home}/host\n"
            f"HostKey {self.home}/host_ecdsa\n"
            f"AuthorizedKeysFile {self.home}/authorized\nStrictModes no\nUsePAM no\nPidFile none\n"
            "PasswordAuthentication yes\nSubsystem sftp internal-sftp\nForceCommand internal-sftp\n"
            "MaxStartups 100\nMaxSessions 20\nPerSourceMaxStartups none\nUseDNS no\n"
        )

    def command(self):
        return [program("sshd"), "-D", "-e", "-f", str(self.conf)]

    def prefix(self):
        return str(self.files_root)

    def secrets(self):
        return {"username": USER, "key_file": str(self.home / "user"), "fingerprint": self.fingerprint}

    def wrong_password(self):
        return {"password": "wrong-Wolf", "key_file": ""}


class Apache(Server):
    scheme = "webdav"

    def prepare(self):
        server = program("apache2")
        modules = "/usr/lib/apache2/modules"
        loaded = (
            "mpm_event authn_core authn_file authz_core authz_user auth_basic dav dav_fs dav_lock".split()
        )
        (self.home / "dav").mkdir()
        users = self.home / "users"
        subprocess.run(
            [program("htpasswd"), "-cib", str(users), USER, PASSWORD], check=True, capture_output=True
        )
        users.chmod(0o644)
        account = "User nobody\nGroup nogroup\n" if ROOT else ""
        if ROOT:
            shutil.chown(self.home / "dav", "nobody")
        self.conf = self.home / "apache.conf"
        self.conf.write_text(
            "".join(
                f"LoadModule {name}_module {modules}/mod_{name}.so\n"
                for name in loaded
                if Path(modules, f"mod_{name}.so").exists()
            )
            + f"{account}Listen 127.0.0.1:{self.port}\nServerName localhost\nServerRoot {self.home}\n"
            f"PidFile {self.home}/pid\nErrorLog {self.home}/error.log\nDocumentRoot {self.files_root}\n"
            f"DavLockDB {self.home}/dav/lock\nStartServers 1\nThreadsPerChild 8\nMaxRequestWorkers 16\n"
            f"<Directory {self.files_root}>\n  Dav On\n  AuthType Basic\n  AuthName files\n"
            f"  AuthUserFile {users}\n  Require valid-user\n</Directory>\n"
        )
        assert server

    def command(self):
        return [program("apache2"), "-f", str(self.conf), "-DFOREGROUND"]


class Moto(Server):
    """S3 in memory: what is written is lost with the process, so the proxy plays its death."""

    scheme = "s3"
    names_with_newline = False  # S3 has them; moto's routes don't
    enforces_rights = False
    refuses_password = False
    bucket = "handbook"
    many = 230
    page = 100  # moto is slow to fill; S3 itself hands out 1,000 at a time
    hasty = Limits(connect=3, reply=3)  # loading its models takes botocore a second

    def prepare(self):
        pytest.importorskip("moto.server", reason="moto is not installed")
        pytest.importorskip("s3fs", reason="s3fs is not installed")

    def command(self):
        return [
            sys.executable,
            "-c",
            "from moto.server import main; import sys; main(sys.argv[1:])",
            "-H",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]

    def environment(self):
        return os.environ | {"MOTO_S3_DEFAULT_MAX_KEYS": str(self.page)}

    def start(self):
        super().start()
        self.client = self._client("s3", "test", "test")
        self.client.create_bucket(Bucket=self.bucket)

    def _client(self, service, key, secret):
        import boto3

        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
        )

    def kill(self):
        if self.proxy.refusing or self.process.poll() is not None:
            return
        self.proxy.refusing = True
        self.proxy.cut()

    def close(self):
        self.client.close()
        self.proxy.close()
        Server.kill(self)
        shutil.rmtree(self.home)

    def fresh(self, name):
        return name

    def write(self, path, content, mtime=0):
        body = content.encode() if isinstance(content, str) else content
        self.client.put_object(Bucket=self.bucket, Key=path, Body=body)

    def delete(self, path):
        self.client.delete_object(Bucket=self.bucket, Key=path)

    def rename(self, old, new):
        self.client.copy_object(Bucket=self.bucket, Key=new, CopySource={"Bucket": self.bucket, "Key": old})
        self.delete(old)

    def content(self, folder):
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder + "/"
        ):
            for item in page.get("Contents", []):
                body = self.client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read()
                found[item["Key"].removeprefix(folder + "/")] = hashlib.sha256(body).hexdigest()
        return found

    def place(self, folder=""):
        return f"s3://{self.bucket}/{quote(folder)}".rstrip("/")

    def secrets(self):
        return {
            "access_key": "test",
            "secret_key": PASSWORD,
            "endpoint": f"http://127.0.0.1:{self.proxy.port}",
        }


class StrictMoto(Moto):
    """Moto that checks keys, signatures and what the user's policy allows, as S3 does."""

    def environment(self):
        # Nobody has keys at first: so many requests are let in unasked, and all later ones are checked.
        return super().environment() | {"INITIAL_NO_AUTH_ACTION_COUNT": "4"}

    def start(self):
        Server.start(self)
        user = {"UserName": "bot"}
        iam = self._client("iam", "none", "none")
        iam.create_user(**user)
        self.keys = iam.create_access_key(**user)["AccessKey"]
        allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(**user, PolicyName="all", PolicyDocument=policy)
        iam.close()
        self.client = self._client("s3", self.keys["AccessKeyId"], self.keys["SecretAccessKey"])
        self.client.create_bucket(Bucket=self.bucket)

    def secrets(self):
        keys = {"access_key": self.keys["AccessKeyId"], "secret_key": self.keys["SecretAccessKey"]}
        return super().secrets() | keys
