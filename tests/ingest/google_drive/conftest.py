"""A small server of Google Drive's documented endpoints, with a folder or a shared drive to follow."""

import pytest
from fake_cloud import running
from fake_google_drive import FakeGoogleDrive
from google_place import Place


@pytest.fixture
def cloud():
    with running(FakeGoogleDrive()) as server:
        yield server


@pytest.fixture
def place(cloud, tmp_path):
    return Place(cloud, tmp_path, cloud.folder("Handbook"))


@pytest.fixture
def shared(cloud, tmp_path):
    members = [{"id": "p-hr", "type": "group", "emailAddress": "hr@x.org", "role": "reader"}]
    return Place(cloud, tmp_path, cloud.shared_drive("0ASHARED", members))
