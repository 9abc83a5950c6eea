"""Google Drive that fails, slows down or refuses: nothing is removed, and the remedy is told."""

import pytest
from cloud_kit import stored
from fake_cloud import Answer
from fake_google_drive import ACCOUNT

from ingest.drives import DriveUnavailable


def test_a_token_that_expires_amid_the_listing_is_renewed(cloud, shared):
    for number in range(30):
        cloud.add(f"{number}.md", shared.root, "text")
    cloud.page_size = 10

    def expire(ask):
        if ask.params.get("pageToken") == "20" and len(cloud.tokens) == 1:
            cloud.tokens = {"another"}

    cloud.orders.append(expire)
    assert len(shared.listed()) == 30
    assert cloud.count("/token") == 2


@pytest.mark.parametrize(
    "storm",
    [
        Answer(
            429, {"error": {"code": 429, "errors": [{"reason": "rateLimitExceeded"}]}}, {"Retry-After": "0"}
        ),
        Answer(403, {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}),
        Answer(503, b"backend error"),
    ],
)
def test_a_storm_of_refusals_is_waited_out_or_told_and_removes_nothing(cloud, kit, place, storm):
    cloud.add("a.md", place.root, "text")
    cloud.fail(3, storm, "/files")
    assert kit.sync(place.open()).added == 1
    cloud.fail(100, storm, "/files")
    with pytest.raises(DriveUnavailable, match="Nothing was changed"):
        kit.sync(place.open())
    assert stored(kit) == ["a.md"]


def test_a_service_that_asks_for_a_long_wait_is_not_waited_for(cloud, place):
    cloud.fail(1, Answer(429, {}, {"Retry-After": "3600"}), "/files")
    with pytest.raises(DriveUnavailable, match="left alone for 3600 seconds"):
        place.listed()


def test_a_server_that_goes_down_amid_a_listing_removes_nothing(cloud, kit, shared):
    for number in range(30):
        cloud.add(f"{number}.md", shared.root, f"text {number}")
    kit.sync(shared.open())
    cloud.page_size = 10
    cloud.orders.append(lambda ask: Answer(body=b"{}", cut=0) if "pageToken" in ask.params else None)
    with pytest.raises(DriveUnavailable, match="can't be reached"):
        kit.sync(shared.open())
    assert len(stored(kit)) == 30


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (404, "notFound", ACCOUNT),
        (403, "accessNotConfigured", "enable “Google Drive API”"),
        (403, "insufficientPermissions", "Domain-wide delegation"),
        (403, "insufficientFilePermissions", "share it with this address"),
        (401, "authError", "make a new key"),
    ],
)
def test_each_refusal_is_a_sentence_with_the_remedy(cloud, place, status, reason, words):
    body = {"error": {"code": status, "message": "m", "errors": [{"reason": reason}]}}
    cloud.fail(9, Answer(status, body), "/files")
    with pytest.raises(DriveUnavailable) as error:
        place.listed()
    assert words in error.value.sentence
    assert error.value.sentence.endswith("Nothing was changed.")
