"""What one kind of remote drive has alone: host keys, permission bits, odd keys; what opening one refuses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from object_store import Moto, StrictMoto
from remote_stores import GoogleStorage

from brain.errors import UsageError
from ingest.credentials import Credentials
from ingest.drives import NOT_FOR_AUDIENCE, DriveUnavailable, Entry, Skipped
from ingest.locate import open_drive
from ingest.options import DriveOptions
from ingest.remote.folder import ODD_NAME
from ingest.remote.smb import Smb

NO_SECRETS = Credentials(Path("/home/bot/credentials.toml"))


@pytest.fixture(scope="module")
def moto():
    server = Moto()
    yield server
    server.close()


def paths(drive):
    return {item.path for item in drive.list({}) if isinstance(item, Entry)}


def test_an_unknown_host_key_is_refused_with_its_fingerprint(ssh, tmp_path):
    folder = ssh.fresh("keys")
    ssh.write(f"{folder}/a.md", "Small.")
    nobody_known = tmp_path / "known_hosts"
    nobody_known.write_text("")
    with pytest.raises(DriveUnavailable, match="is not known") as refused:
        paths(ssh.drive(folder, fingerprint="", known_hosts=str(nobody_known)))
    assert ssh.fingerprint in refused.value.sentence
    with pytest.raises(DriveUnavailable, match="another one than the one that is trusted"):
        paths(ssh.drive(folder, fingerprint="SHA256:" + "A" * 43))


@pytest.mark.parametrize("kind", ["host", "host_ecdsa"])
def test_a_known_host_key_of_any_kind_is_enough(ssh, tmp_path, kind):
    folder = ssh.fresh(f"known {kind}")
    ssh.write(f"{folder}/a.md", "Small.")
    known = tmp_path / "known_hosts"
    key = (ssh.home / f"{kind}.pub").read_text()
    known.write_text(f"[127.0.0.1]:{ssh.proxy.port} {key}")
    assert paths(ssh.drive(folder, fingerprint="", known_hosts=str(known))) == {"a.md"}


def test_only_what_everybody_may_read_is_taken_where_readers_are_set(ssh):
    folder = ssh.fresh("readers")
    for path in ("open.md", "closed.md", "shut/inside.md", "wide/inside.md"):
        ssh.write(f"{folder}/{path}", "Words.")
    if ssh.secrets()["username"] == "nobody":
        pytest.importorskip("pwd").getpwnam("nobody")
        import os

        for path in ("closed.md", "shut"):
            os.chown(ssh.files_root / folder / path, 65534, 65534)
    ssh.forbid(f"{folder}/closed.md", 0o640)
    ssh.forbid(f"{folder}/shut", 0o750)
    options = DriveOptions(readers=("posix:other",))
    found = list(ssh.drive(folder, options=options).list({}))
    assert {item.path for item in found if isinstance(item, Entry)} == {"open.md", "wide/inside.md"}
    kept_out = {item.path for item in found if isinstance(item, Skipped) and item.reason == NOT_FOR_AUDIENCE}
    assert kept_out == {"closed.md", "shut"}
    assert paths(ssh.drive(folder)) == {"open.md", "closed.md", "shut/inside.md", "wide/inside.md"}


def test_links_and_names_that_are_no_unicode_over_sftp(ssh):
    folder = ssh.fresh("links")
    ssh.write(f"{folder}/a.md", "Small.")
    (ssh.files_root / folder / "link.md").symlink_to("a.md")
    (ssh.files_root / folder / "loop").symlink_to(".")
    (Path(str(ssh.files_root / folder).encode().decode()) / "caf\udce9.md").write_text("Latin-1.")
    drive = ssh.drive(folder)
    found = {item.path: item for item in drive.list({})}
    assert {path for path, item in found.items() if isinstance(item, Skipped)} == {"link.md", "loop"}
    odd = found["caf\\xe9.md"]
    with drive.fetch(odd) as file:
        assert file.path.read_text() == "Latin-1."


def test_a_small_file_is_not_asked_for_more_than_it_holds(ssh, monkeypatch):
    from asyncssh.sftp import SFTPClientHandler

    asked = []
    really = SFTPClientHandler.read

    def read(handler, handle, offset, length):
        asked.append((offset, length))
        return really(handler, handle, offset, length)

    monkeypatch.setattr(SFTPClientHandler, "read", read)
    folder = ssh.fresh("small files")
    ssh.write(f"{folder}/a.md", "One sentence.")
    ssh.write(f"{folder}/empty.md", "")
    for entry in ssh.drive(folder).list({}):
        with ssh.drive(folder).fetch(entry) as file:
            assert file.path.read_bytes() == (b"One sentence." if entry.size else b"")
    assert asked == [(0, 13), (13, 1), (0, 1)]


def test_keys_that_no_folder_could_hold_are_skipped(moto):
    for key in ("odd/", "odd/a.md", "odd//b.md", "odd/../c.md", "odd/./d.md", "odd/sub/", "odd/sub/e.md"):
        moto.client.put_object(Bucket=moto.bucket, Key=key, Body=b"Words." if key[-1] != "/" else b"")
    found = list(moto.drive("odd").list({}))
    assert {item.path for item in found if isinstance(item, Entry)} == {"a.md", "sub/e.md"}
    assert {item.reason for item in found if isinstance(item, Skipped)} == {ODD_NAME}


def test_a_bucket_that_is_not_there_is_named(moto):
    moto_place = moto.bucket
    moto.bucket = "no-such-bucket"
    try:
        with pytest.raises(DriveUnavailable, match="there is no bucket no-such-bucket"):
            paths(moto.drive())
    finally:
        moto.bucket = moto_place


@pytest.fixture(scope="module")
def strict():
    server = StrictMoto()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"secret_key": "Salamander7"}, "the keys are missing or wrong: set access_key and secret_key in"),
        ({"access_key": "AKIAXXXXXXXXXXXXXXXX"}, "the keys are missing or wrong"),
        ({"session_token": "Salamander7"}, "the session token is wrong"),
    ],
    ids=["secret", "key", "token"],
)
def test_wrong_keys_of_s3_are_a_sentence_without_them(strict, wrong, says):
    strict.write("keys/a.md", "Small.")
    assert paths(strict.drive("keys")) == {"a.md"}
    with pytest.raises(DriveUnavailable) as refused:
        paths(strict.drive("keys", **wrong))
    assert says in refused.value.sentence
    told = refused.value.sentence + refused.value.detail
    assert not any(value in told for value in [*wrong.values(), strict.keys["SecretAccessKey"]])


def test_a_profile_that_is_not_there_is_named(strict, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(DriveUnavailable, match="AWS configuration has no profile archive"):
        paths(strict.drive("keys", profile="archive", access_key="", secret_key=""))


@pytest.fixture
def google():
    server = GoogleStorage()
    server.write("keys/a.md", "Small.")
    yield server
    server.close()


def test_a_key_of_another_account_is_refused_by_google_in_a_sentence(google, tmp_path):
    key_file = google.key_file(tmp_path / "key.json")
    assert paths(google.drive("keys", anonymous=False, key_file=str(key_file))) == {"a.md"}
    wrong = google.key_file(tmp_path / "wrong.json", rsa.generate_private_key(65537, 2048))
    with pytest.raises(DriveUnavailable, match="the account is not accepted: set key_file in"):
        paths(google.drive("keys", anonymous=False, key_file=str(wrong)))
    for words in ("no JSON", "{}", "[]"):
        wrong.write_text(words)
        with pytest.raises(UsageError, match="is no account's key"):
            google.drive("keys", anonymous=False, key_file=str(wrong))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("smb://ann@h/share", "Leave the user out"),
        ("smb://h", "names no share"),
        ("sftp://h/x", "set username"),
        ("s3:///x", "names no place"),
        ("s3://bucket:9000/x", "endpoint"),
        ("webdavs://h/a/../b", r"without \. and"),
        ("az://container", "set account"),
    ],
)
def test_an_address_that_can_not_be_meant_is_refused(url, says):
    for package in ("smbclient", "sshfs", "s3fs", "webdav4", "adlfs"):
        pytest.importorskip(package)
    with pytest.raises(UsageError, match=says):
        open_drive(url, credentials=NO_SECRETS)


def test_an_extra_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("ingest.remote.place.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"citewise\[smb\]: `"):
        open_drive("smb://h/share", credentials=NO_SECRETS)


def test_a_name_that_does_not_resolve_is_a_sentence():
    pytest.importorskip("webdav4")
    drive = open_drive("webdav://no-such-host.invalid/x", credentials=NO_SECRETS)
    with pytest.raises(DriveUnavailable, match="can't be resolved"):
        paths(drive)


def test_an_smb_id_that_another_file_inherits_makes_no_move():
    def facts(size, second):
        when = datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC)
        return Smb.facts(None, {"id": 77, "size": size, "mtime": when, "changed": when})

    gone = facts(16, 1)
    assert facts(16, 1).identity == gone.identity != ""  # renamed
    assert facts(10, 1).identity != gone.identity
    assert facts(16, 2).identity != gone.identity
