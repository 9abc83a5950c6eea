"""What clouds list is kept on disk: the tree that is read from it, its names, and what it holds in memory."""

import gc
import hashlib
import json
import os
import random
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from cloud_kit import QUICK

from brain.errors import StorageFailed
from ingest.cloud import google_files, graph_items
from ingest.cloud.graph_access import GraphAccess
from ingest.cloud.graph_faults import GRAPH
from ingest.cloud.names import part_of_path
from ingest.cloud.rest import RestApi
from ingest.cloud.tree import Tree
from ingest.reconciling.scratch import PAGE

MANY = 8000
MOST_BLOCKS = 50_000  # of Python's memory; a page of 1,000 files takes 35,000, MANY that are held 70,000
TOP = "top"


@dataclass(frozen=True)
class Item:
    id: str
    name: str
    made: int


def tree_in(folder):
    return Tree(folder, lambda item: json.dumps([item.id, item.name, item.made]), read)


def read(text):
    return Item(*json.loads(text))


@pytest.fixture
def tree(tmp_path):
    with tree_in(tmp_path) as tree:
        yield tree


def marked(name, mark):
    stem, dot, suffix = name.rpartition(".")
    return f"{stem} ({mark}){dot}{suffix}" if stem else f"{name} ({mark})"


def names_by_the_rule(items):
    """The oldest keeps its name; the others get a mark, as often as it takes."""
    taken = {}
    for item in sorted(items, key=lambda one: (one.made, one.id)):
        name = part_of_path(item.name)
        if name in taken:
            name = marked(name, hashlib.sha256(item.id.encode()).hexdigest()[:6])
        while name in taken:
            name = marked(name, item.id)
        taken[name] = item
    return sorted(taken.items())


def twins(count, seed):
    """Items of few names and times, among them names that others will get for being twins."""
    chance = random.Random(seed)
    items = []
    for number in range(count):
        name = chance.choice(
            ["a.md", "b.md", "c", "Ä.md", "\N{GRINNING FACE}.md", "\ud800.md", "..", "", "x/y"]
        )
        if items and chance.random() < 0.3:
            twin = chance.choice(items)
            mark = hashlib.sha256(twin.id.encode()).hexdigest()[:6] if chance.random() < 0.6 else twin.id
            name = marked(part_of_path(twin.name), mark)
        items.append(Item(f"id-{chance.randrange(10**9)}-{number}", name, chance.randrange(5)))
    chance.shuffle(items)
    return items


@pytest.mark.parametrize("count", [PAGE // 5, PAGE - 1, PAGE, 3 * PAGE])
def test_twins_in_a_folder_of_any_size_get_the_names_that_the_rule_gives(tree, count):
    items = twins(count, count)
    for start in range(0, count, 100):
        tree.put((item, [TOP]) for item in items[start : start + 100])
    named = list(tree.children(TOP))
    assert named == names_by_the_rule(items)
    assert len({name for name, _ in named}) == count
    assert sum("(" in name for name, _ in named) > count // 2


def test_a_tree_is_walked_depth_first_in_the_order_of_names(tree):
    names = ["b", "a", "a/z", "a/y", "b/k", "a/y/deep", "c"]
    chance = random.Random(1)
    chance.shuffle(names)
    for path in names:
        above, _, name = path.rpartition("/")
        tree.put([(Item(path, name, 0), [above or TOP])])
    walked = []
    for folder, prefix in tree.folders(TOP):
        walked.append(prefix)
        for name, item in tree.children(folder):
            tree.enter(item.id, f"{prefix}{name}/")
    assert walked == ["", "a/", "a/y/", "a/y/deep/", "a/z/", "b/", "b/k/", "c/"]


def test_an_item_that_comes_again_lies_where_it_was_seen_last(tree):
    tree.put([(Item("1", "one.md", 5), ["A"]), (Item("2", "two.md", 5), ["A", "B"])])
    tree.put([(Item("1", "uno.md", 5), ["B"])])
    assert [name for name, _ in tree.children("A")] == ["two.md"]
    assert [name for name, _ in tree.children("B")] == ["two.md", "uno.md"]
    tree.drop(["2", "unheard of"])
    assert list(tree.children("A")) == []
    assert tree.get("2") is None
    tree.put([(Item("2", "back.md", 5), ["A"])])
    assert [name for name, _ in tree.children("A")] == ["back.md"]


def test_folders_that_were_not_listed_are_told_once(tree):
    tree.put([(Item("1", "a.md", 0), ["late"]), (Item("2", "b.md", 0), ["hidden"])])
    tree.put([(Item("2", "b.md", 0), ["late"])])  # so that nothing lies in the hidden folder any more
    assert tree.unknown_folders() == ["late"]
    tree.put_unseen(["late"])
    assert tree.unknown_folders() == []
    assert tree.get("late") is None


def test_what_a_cloud_tells_of_an_item_is_read_back_whole():
    who = {"id": "p1", "type": "user", "emailAddress": "A@x.org"}
    told = {"id": "1", "name": "half \ud800.md", "mimeType": "text/markdown", "parents": ["A", "B"]}
    for more in ({}, {"permissionIds": ["p1", "p2"], "permissions": [who, {"id": "p2", "type": "anyone"}]}):
        file = google_files.google_file({**told, **more, "webViewLink": "https://x.example/1"})
        assert google_files.unpacked(google_files.packed(file)) == file
    item = graph_items.graph_item(
        {"id": "1", "name": "half \ud800", "webUrl": "https://x.example/1", "shared": {}, "size": 3}
    )
    assert graph_items.unpacked(graph_items.packed(item)) == item


def test_a_disk_that_is_full_is_a_sentence(tree):
    tree._scratch.run("PRAGMA max_page_count = 40")
    with pytest.raises(StorageFailed, match="is full"):
        tree.put((Item(f"{n:030}", "a name.md", 0), [TOP]) for n in range(5000))


def test_answers_about_rights_are_kept_while_they_are_in_use_and_not_for_ever():
    asked = []

    def answer(request):
        requests = json.loads(request.content)["requests"]
        asked.extend(one["url"].split("/")[4] for one in requests)
        body = {"value": [{"roles": ["read"], "grantedToV2": {"user": {"email": "a@x.org"}}}]}
        return httpx.Response(
            200, json={"responses": [{"id": one["id"], "status": 200, "body": body} for one in requests]}
        )

    def item(item_id, parent, own):
        found = {"id": item_id, "parentReference": {"id": parent}, **({"shared": {}} if own else {})}
        return graph_items.graph_item(found)

    class Tokens:
        def bearer(self):
            return "token"

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        api = RestApi("https://cloud.example", client, Tokens(), GRAPH, QUICK)
        folder = item("folder", "root", True)
        access = GraphAccess(api, "drive", {"folder": folder}.get, ())
        for n in range(1500):
            granted = access.grants([item("inside", "folder", False), item(f"own-{n}", "folder", True)])
            assert [len(one) for one in granted] == [1, 1]
        assert (asked.count("folder"), len(asked)) == (1, 1501)
        access.grants([item("own-1400", "folder", True)])
        assert len(asked) == 1501
        access.grants([item("own-3", "folder", True)])
        assert len(asked) == 1502


@pytest.fixture
def made(monkeypatch):
    """The made-up clouds of benchmarks/cloud_listing.py."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    yield import_module("benchmarks.cloud_listing")
    sys.modules.pop("benchmarks.cloud_listing")


@pytest.mark.parametrize("number", [0, 2, 3, 4])  # folder by folder is listed in little memory anyway
def test_what_a_listing_holds_does_not_grow_with_the_drive(made, tmp_path, number):
    held = []

    def look():
        gc.collect()
        held.append(sys.getallocatedblocks())

    def watched(items):
        for count, item in enumerate(items):
            if count % 4000 == 0:
                look()
            yield item

    with made.opened(list(made.CLOUDS)[number], MANY, tmp_path, watch=look) as (_, drive):
        look()
        made.check(watched(drive.list({})), MANY)
    assert len(held) == 5
    assert max(held) - held[0] < MOST_BLOCKS


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux tells what a process has open")
def test_a_listing_that_is_left_midway_leaves_nothing_open(made, tmp_path):
    def left_open():
        links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
        return [os.readlink(link) for link in links if os.path.islink(link)]

    for what in made.CLOUDS:
        with made.opened(what, 1500, tmp_path) as (_, drive):
            listing = drive.list({})
            first = next(listing)
            assert any(os.fspath(tmp_path) in path for path in left_open()), "it lies on disk"
            assert list(tmp_path.iterdir()) == []
            assert first.path
            listing.close()
            assert not any(os.fspath(tmp_path) in path for path in left_open())


def test_two_drives_and_two_listings_of_one_are_read_side_by_side(made, tmp_path):
    whats = list(made.CLOUDS)
    with (
        made.opened(whats[0], 1500, tmp_path) as (_, google),
        made.opened(whats[3], 1500, tmp_path) as (_, graph),
    ):
        alone = [[item.path for item in drive.list({})] for drive in (google, graph)]
        listings = [google.list({}), graph.list({}), google.list({}), graph.list({})]
        together = list(zip(*listings, strict=True))
    for column, expected in zip(zip(*together, strict=True), [*alone, *alone], strict=True):
        assert [item.path for item in column] == expected
