"""What most tests of following share: a home with a folder beside it, and real parts."""

import pytest
from sync_kit import kit_in


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit
