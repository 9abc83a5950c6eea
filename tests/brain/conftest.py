from collections.abc import Iterator

import pytest
from small_home import SmallHome


@pytest.fixture(scope="module")
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHome]:
    """A home with the documents of the test module's `DRIVE`, for all of its tests."""
    home = SmallHome(tmp_path_factory.mktemp("home")).fill(request.module.DRIVE)
    yield home
    home.close()
