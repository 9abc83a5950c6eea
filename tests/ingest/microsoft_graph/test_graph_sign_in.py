"""How citewise signs in to Microsoft Graph, what a refusal says, and that no secret is shown."""

import logging

import pytest
from fake_cloud import Answer
from fake_graph import (
    SECRET,
    TEMPAUTH,
)

from brain.errors import UsageError
from ingest.drives import DriveUnavailable


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "accessDenied", "Sites.Selected"),
        (403, "notAllowed", "is locked"),
        (401, "InvalidAuthenticationToken", "belong to the same cloud"),
        (400, "invalidRequest", "refuses to list"),
    ],
)
def test_each_refusal_is_a_sentence_with_the_remedy(cloud, opened, status, code, words):
    cloud.fail(9, Answer(status, {"error": {"code": code, "message": "m"}}), "/sites")
    with pytest.raises(DriveUnavailable, match=words):
        list(opened().list({}))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("client_secret", "wrong", "the client secret is wrong"),
        ("client_id", "other", "no such app in this tenant"),
        ("tenant", "nowhere.example", "There is no tenant"),
    ],
)
def test_a_sign_in_that_fails_says_what_to_correct(cloud, opened, name, value, words):
    with pytest.raises(DriveUnavailable, match=words):
        list(opened(**{name: value}).list({}))


def test_an_app_may_sign_in_with_a_certificate(cloud, opened):
    cloud.add("a.md", content="text")
    assert len(list(opened(certificate="app.pem").list({}))) == 1
    with pytest.raises(UsageError, match="both the private key and the certificate"):
        opened(certificate="tls.key")


def test_no_secret_is_shown_stored_or_logged(cloud, kit, opened, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.add("a.md", content="text")
    drive = opened()
    kit.sync(drive)
    cloud.fail(99, Answer(500, b"no"), "/delta")
    with pytest.raises(DriveUnavailable) as error:
        kit.sync(drive)
    shown = caplog.text + repr(vars(drive)) + error.value.sentence + error.value.detail
    shown += (kit.folder / "catalog.db").read_bytes().decode("latin-1")
    for secret in [*cloud.tokens, SECRET, TEMPAUTH]:
        assert secret not in shown
