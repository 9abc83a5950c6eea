"""Which drives may stand beside each other, by their addresses alone."""

import pytest
from sync_kit import kit_in

from brain.errors import UsageError
from ingest.registration import find


@pytest.fixture
def catalog(tmp_path):
    with kit_in(tmp_path) as kit:
        kit.catalog.places.create_space("hr", by="admin")
        yield kit.catalog


def follow(catalog, url, space="general"):
    return catalog.followed.follow(url, space, {}).id


@pytest.mark.parametrize(
    ("known", "added"),
    [
        ("https://a.test/leave", "https://a.test/leave"),
        ("https://a.test/leave", "HTTPS://A.Test:443/leave"),
        ("http://a.test", "http://a.test/"),
        ("https://a.test/sitemap.xml", "https://a.test/sitemap.xml"),
        ("https://a.test/sitemap.xml", "sitemap+https://a.test/sitemap.xml"),
        ("sitemap+https://a.test/docs/", "sitemap+https://A.test/docs/"),
        ("s3://bucket/a", "s3://bucket/a"),
    ],
)
def test_one_address_belongs_to_one_space_however_it_is_written(catalog, known, added):
    number = follow(catalog, known)
    with pytest.raises(UsageError) as refused:
        find(catalog, added, "hr")
    assert f"{known} is indexed in the space “general”" in refused.value.sentence
    assert f"`citewise drives remove {known}`" in refused.value.sentence
    if added == known:
        assert find(catalog, added, "general").drive.id == number
    else:
        with pytest.raises(UsageError, match="is there already as"):
            find(catalog, added, "general")


def test_a_part_of_a_site_lies_in_the_site(catalog):
    follow(catalog, "sitemap+https://a.test/")
    with pytest.raises(UsageError, match="which is indexed as a whole in the space “general”"):
        find(catalog, "sitemap+https://a.test/docs/", "hr")


@pytest.mark.parametrize(
    ("known", "added"),
    [
        ("https://a.test/leave", "https://a.test/Leave"),
        ("https://a.test/leave", "http://a.test/leave"),
        ("https://a.test/leave", "https://a.test/leave?page=2"),
        ("https://a.test/", "sitemap+https://a.test/"),
        ("https://a.test/docs", "https://a.test/docs/leave"),
        ("https://a.test/hr/sitemap.xml", "https://a.test/sitemap.xml"),
    ],
)
def test_other_addresses_of_a_site_may_belong_to_other_spaces(catalog, known, added):
    follow(catalog, known)
    for space in ("hr", "general"):
        assert find(catalog, added, space).drive is None
