"""Microsoft Graph that fails, begins anew or leads elsewhere: nothing is removed, no token goes astray."""

import pytest
from cloud_kit import QUICK, stored
from fake_cloud import Answer
from fake_graph import LIBRARY

from ingest.drives import DriveUnavailable


def test_the_download_host_never_sees_the_token(cloud, kit, opened):
    cloud.add("a.md", content="text of a")
    assert kit.sync(opened()).added == 1
    [download] = cloud.downloads.asked
    assert "Authorization" not in download.headers
    assert cloud.count("/content") == 1


def test_a_link_to_another_host_is_not_followed(cloud, opened):
    cloud.add("a.md", content="text")
    elsewhere = {"value": [], "@odata.nextLink": f"{cloud.downloads.origin}/v1.0/next"}
    cloud.fail(1, Answer(body=elsewhere), "/delta")
    with pytest.raises(DriveUnavailable, match="named a page on another host"):
        list(opened().list({}))
    assert cloud.downloads.asked == []


def test_a_token_that_expires_amid_the_listing_is_renewed(cloud, opened):
    for number in range(25):
        cloud.add(f"{number}.md", content="text")
    cloud.page_size = 10

    def expire(ask):
        if ask.params.get("token", "").startswith("0-10-") and cloud.count("/token") == 1:
            cloud.tokens.clear()

    cloud.orders.append(expire)
    assert len(list(opened().list({}))) == 25
    assert cloud.count("/token") == 2


@pytest.mark.parametrize(
    "storm",
    [
        Answer(429, {"error": {"code": "activityLimitReached"}}, {"Retry-After": "0"}),
        Answer(503, {"error": {"code": "serviceNotAvailable"}}, {"Retry-After": "0"}),
        Answer(509, {"error": {"code": "bandwidthLimitExceeded"}}),
        Answer(200, b"<html>Sign in to this network</html>"),
        Answer(body=b"{}", cut=0),
    ],
    ids=["429", "503", "509", "portal", "cut"],
)
def test_a_listing_that_fails_removes_nothing(cloud, kit, opened, storm):
    for number in range(25):
        cloud.add(f"{number}.md", content=f"text {number}")
    kit.sync(opened())
    cloud.page_size = 10
    cloud.fail(3, storm, "/delta")
    if storm.status != 200:
        assert kit.sync(opened()).unchanged == 25
    cloud.orders = [lambda ask: storm if "-20-" in ask.params.get("token", "") else None]
    with pytest.raises(DriveUnavailable):
        kit.sync(opened())
    assert len(stored(kit)) == 25


def test_a_listing_that_the_service_begins_anew_is_listed_anew(cloud, kit, opened):
    for number in range(25):
        cloud.add(f"{number}.md", content=f"text {number}")
    cloud.page_size = 10
    location = {"Location": f"{cloud.origin}/v1.0/drives/{LIBRARY}/root/delta?token=0"}
    gone = Answer(410, {"error": {"code": "resyncChangesApplyDifferences"}}, location)
    left = [gone]
    cloud.orders.append(lambda ask: left.pop() if left and "-10-" in ask.params.get("token", "") else None)
    assert kit.sync(opened()).added == 25
    cloud.orders = [lambda ask: gone if ask.path.endswith("/delta") else None]
    with pytest.raises(DriveUnavailable, match="keeps beginning"):
        kit.sync(opened())
    assert len(stored(kit)) == 25


def test_half_a_download_never_becomes_a_document(cloud, kit, opened):
    text = "# Half\n" + "This sentence is whole. " * 200
    file = cloud.add("half.md", content=text)
    cloud.downloads.fail(99, Answer(body=text.encode(), cut=2000))
    assert (report := kit.sync(opened())).added == 0
    assert "can't be reached" in report.failures[0].sentence
    assert len(cloud.downloads.asked) == 2 * QUICK.unreachable  # once more, since the drive answers
    cloud.downloads.orders.clear()
    assert kit.sync(opened()).added == 1
    drive = opened()
    [entry] = drive.list({})
    cloud.delete(file)
    with pytest.raises(FileNotFoundError), drive.fetch(entry):
        pass
