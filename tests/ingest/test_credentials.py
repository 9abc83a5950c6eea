"""Passwords for drives: where they are found, and what is refused."""

import pytest

from brain.errors import UsageError
from ingest.credentials import Credentials
from ingest.locate import REMOTE, open_drive
from ingest.options import DriveOptions
from ingest.remote.place import place_of


def written(tmp_path, text, mode=0o600):
    path = tmp_path / "credentials.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_longest_beginning_of_an_address_counts(tmp_path):
    found = Credentials.load(
        written(
            tmp_path,
            '["smb://h/hr"]\nusername = "narrow"\n["smb://h"]\nusername = "wide"\n["s3://"]\nkey = "k"\n',
        )
    )
    assert found.of("smb://h/hr/x")["username"] == "narrow"
    assert found.of("smb://h/hr")["username"] == "narrow"
    assert found.of("smb://h/hrx")["username"] == "wide"
    assert found.of("s3://bucket/x")["key"] == "k"
    assert found.of("sftp://h/hr") == {}
    assert (found.table("smb://h/hrx"), found.table("sftp://h/hr")) == ("smb://h", "")


def test_what_is_to_be_corrected_is_said_to_be_where_it_stands(tmp_path):
    found = Credentials.load(written(tmp_path, '["smb://h"]\nusername = "wide"\n'))
    assert place_of("smb://h/hr/x", found, frozenset({"username"})).table == "smb://h"
    assert place_of("smb://other:1445/hr", found, frozenset()).table == "smb://other:1445"


def test_a_missing_file_holds_nothing_and_values_are_never_shown(tmp_path):
    assert Credentials.load(tmp_path / "none.toml").of("smb://h") == {}
    found = Credentials.load(written(tmp_path, '["smb://h"]\npassword = "geheim"\n'))
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ('["smb://h"]\npassword = "x"\n', 0o644, "chmod 600"),
        ("[[[", 0o600, "not valid TOML"),
        ('password = "x"\n', 0o600, "under the place"),
    ],
)
def test_a_file_that_is_open_or_wrong_is_refused_with_the_remedy(tmp_path, text, mode, says):
    with pytest.raises(UsageError, match=says):
        Credentials.load(written(tmp_path, text, mode))


def test_a_password_in_an_address_is_refused_without_repeating_it(monkeypatch):
    monkeypatch.setitem(REMOTE, "smb", "ingest.web.page")
    with pytest.raises(UsageError) as refused:
        open_drive("smb://ann:geheim@h/share")
    assert "geheim" not in refused.value.sentence
    assert "smb://h/share" in refused.value.sentence


def test_options_survive_the_catalog_and_forget_what_is_unknown():
    options = DriveOptions(every=30, include=("*.md",), readers=("posix:other",), marker=".mounted")
    assert DriveOptions.from_json({**options.as_json(), "include": ["*.md"], "of_tomorrow": 1}) == options


@pytest.mark.parametrize("wrong", [{"every": 0.5}, {"settle": -1}])
def test_times_that_make_no_sense_are_refused(wrong):
    with pytest.raises(UsageError):
        DriveOptions(**wrong)
