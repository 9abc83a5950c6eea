"""What most tests of following share: a home with a folder beside it, and real parts."""

import pytest
from remote_servers import OpenSsh
from sync_kit import kit_in


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit


@pytest.fixture(scope="module")
def ssh():
    """A real SSH server, one for the tests of a file."""
    server = OpenSsh()
    yield server
    server.close()
