"""A small server of Microsoft Graph's documented endpoints, and how a run opens a drive of it."""

import pytest
from cloud_kit import QUICK
from fake_cloud import running
from fake_graph import CLIENT, SECRET, SITE, TENANT, Downloads, FakeGraph, tls_files

from ingest.addresses import AddressPolicy
from ingest.cloud.graph_drive import open_drive
from ingest.credentials import Credentials
from ingest.locate import readable_suffixes
from ingest.options import DriveOptions


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("graph")


@pytest.fixture
def cloud(folder):
    tls = tls_files(folder)
    with running(Downloads(tls)) as downloads, running(FakeGraph(downloads, tls)) as graph:
        yield graph


@pytest.fixture
def opened(cloud, folder):
    """How a run opens the drive; a keyword sets something in credentials.toml."""

    def drive(*readers, url=SITE, patience=QUICK, **table):
        values = {
            "tenant": TENANT,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "base_url": f"{cloud.origin}/v1.0",
            "login_url": cloud.origin,
            "ca_file": "ca.pem",
            **table,
        }
        credentials = Credentials(
            folder / "credentials.toml", {"sharepoint://": values, "onedrive://": values}
        )
        options = DriveOptions(readers=readers)
        return open_drive(url, readable_suffixes(), credentials, options, AddressPolicy(), patience)

    return drive
