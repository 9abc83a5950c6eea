"""Real servers on loopback for the tests of remote drives: Samba, OpenSSH, Apache's mod_dav, moto for S3.

Each serves a folder of this machine (moto: a bucket): as root for the account `nobody`, else for one's own.
A proxy in front of it can go silent or cut the line after so many bytes.
"""

import shutil
import subprocess
from pathlib import Path

from server_process import PASSWORD, ROOT, USER, Server, program

from ingest.remote.source import Limits


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
    hasty = Limits(connect=3, reply=3)  # agreeing on keys takes a busy machine a second

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
