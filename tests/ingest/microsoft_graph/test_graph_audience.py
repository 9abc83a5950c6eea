"""Who may read a file on SharePoint or OneDrive, and what is kept out for the others."""

from dataclasses import replace

import pytest
from cloud_kit import QUICK, kept_out, stored
from fake_cloud import Answer
from fake_graph import ROOT

from ingest.drives import NOT_FOR_AUDIENCE, DriveUnavailable


def granted_to(**identity):
    return {"id": "1", "roles": ["read"], "grantedToV2": identity}


ANNA = granted_to(user={"id": "1", "email": "Anna@contoso.example"})
ANNA_IN_SHAREPOINT = granted_to(siteUser={"loginName": "i:0#.f|membership|anna@contoso.example"})
HR = granted_to(group={"id": "2", "email": "hr@contoso.example"})
VISITORS = granted_to(siteGroup={"displayName": "HR Visitors"})
STAFF = granted_to(siteUser={"loginName": "c:0-.f|rolemanager|spo-grid-all-users/tenant"})
ANYBODY = {"id": "4", "roles": ["read"], "link": {"scope": "anonymous", "type": "view"}}
ORGANIZATION = {"id": "5", "roles": ["read"], "link": {"scope": "organization", "type": "view"}}
BY_LINK = {
    "id": "6", "roles": ["write"], "link": {"scope": "users"},
    "grantedToIdentitiesV2": [{"user": {"email": "anna@contoso.example"}}],
}  # fmt: skip
EXISTING = {"id": "7", "roles": ["read"], "link": {"scope": "existingAccess"}}
EXPIRED = {**ANNA, "expirationDateTime": "2020-01-01T00:00:00Z"}
NO_EXPIRY = {**ANNA, "expirationDateTime": "0001-01-01T00:00:00Z"}
PROTECTED = {**ANYBODY, "hasPassword": True}


@pytest.mark.parametrize(
    ("reader", "allowed", "denied"),
    [
        (
            "user:anna@contoso.example",
            [ANNA, ANNA_IN_SHAREPOINT, ANYBODY, ORGANIZATION, STAFF, BY_LINK, NO_EXPIRY],
            [HR, VISITORS, EXISTING, EXPIRED, PROTECTED, {**ANNA, "roles": ["sp.limited"]}],
        ),
        ("group:hr@contoso.example", [HR, ORGANIZATION], [ANNA, VISITORS]),
        ("domain:contoso.example", [ORGANIZATION, STAFF, ANYBODY], [ANNA, HR]),
        ("user:guest@elsewhere.example", [ANYBODY], [ORGANIZATION, STAFF]),
        ("anyone", [ANYBODY], [ORGANIZATION, STAFF, ANNA, PROTECTED]),
        ("sharepoint-group:HR Visitors", [VISITORS], [HR, ORGANIZATION]),
    ],
)
def test_a_reader_is_let_in_by_name_or_by_what_includes_it(cloud, opened, reader, allowed, denied):
    for number, permission in enumerate([*allowed, *denied]):
        cloud.permissions[cloud.add(f"{number:02}.md", content="text")] = [permission]
    found = list(opened(reader, organization_domains=["contoso.example"]).list({}))
    out = [f"{number:02}.md" for number in range(len(allowed), len(allowed) + len(denied))]
    assert kept_out(found) == dict.fromkeys(out, NOT_FOR_AUDIENCE)


def test_links_for_the_organization_count_only_for_the_domains_that_are_named(cloud, opened):
    cloud.permissions[cloud.add("a.md", content="text")] = [ORGANIZATION]
    assert kept_out(opened("user:anna@contoso.example").list({})) == {"a.md": NOT_FOR_AUDIENCE}


def test_a_permission_that_is_withdrawn_takes_the_document_out(cloud, kit, opened):
    files = [cloud.add(f"{name}.md", content=f"text of {name}") for name in "ab"]
    cloud.permissions |= {file: [HR] for file in files}
    assert kit.sync(opened("group:hr@contoso.example")).added == 2
    cloud.permissions[files[0]] = []
    report = kit.sync(opened("group:hr@contoso.example"))
    assert report.skipped_by_reason == {NOT_FOR_AUDIENCE: 1}
    assert stored(kit) == ["b.md"]


@pytest.mark.parametrize("hierarchical", [True, False])
def test_permissions_are_asked_for_in_batches_or_once_for_a_folder(cloud, opened, hierarchical):
    """What is inherited is concluded only where the service says that it shows where sharing begins."""
    cloud.hierarchical = hierarchical
    cloud.permissions[ROOT] = [HR]
    board = cloud.folder("board")
    cloud.permissions[board] = [ANNA]
    for number in range(200):
        cloud.add(f"{number:03}.md", content="text")
    cloud.add("secret.md", board, "text")
    found = opened("group:hr@contoso.example").list({})
    assert kept_out(found) == {"board/secret.md": NOT_FOR_AUDIENCE}
    assert cloud.count("/$batch") == (2 if hierarchical else 11)


def test_a_throttled_part_of_a_batch_is_asked_again(cloud, opened):
    for number in range(30):
        cloud.permissions[cloud.add(f"{number:02}.md", content="text")] = [HR]
    cloud.fail(12, Answer(429, {}, {"Retry-After": "0"}), "/permissions")
    assert kept_out(opened("group:hr@contoso.example").list({})) == {}
    cloud.fail(999, Answer(429, {}, {"Retry-After": "1"}), "/permissions")
    with pytest.raises(DriveUnavailable, match="slow down"):
        list(opened("group:hr@contoso.example", patience=replace(QUICK, attempts=2)).list({}))


def test_permissions_that_cannot_be_seen_keep_a_file_out(cloud, opened, caplog):
    cloud.permissions[cloud.add("a.md", content="text")] = None
    assert kept_out(opened("group:hr@contoso.example").list({})) == {"a.md": NOT_FOR_AUDIENCE}
    assert "1 files are kept out, since who may read them is not shown" in caplog.text
