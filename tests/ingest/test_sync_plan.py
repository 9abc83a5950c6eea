"""What follows from a listing and a ledger, without a drive: the whole of the decision is pure."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import plan_in_memory
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import NOT_FOR_AUDIENCE, Entry, Skipped, Unlisted
from ingest.reconciling.hashing import HashedFile
from ingest.reconciling.reconcile import TWIN, Rules, compare, plan
from ingest.reconciling.skipping import UNKNOWN_FORMAT
from ingest.reconciling.spool import Spool, Verdict

PATHS = st.sampled_from(["a.md", "b.md", "x/a.md", "x/b.md", "x/y/a.md", "xx.md"])
CONTENTS = st.sampled_from(["one", "two", "three", "six"])
TREES = st.dictionaries(PATHS, st.tuples(CONTENTS, st.integers(1, 3)))


def ledger_of(tree):
    return {
        path: LedgerEntry(number, len(text), time, text, DocumentState.CURRENT)
        for number, (path, (text, time)) in enumerate(tree.items(), 1)
    }


def listing_of(tree):
    return [Entry(path, len(text), time) for path, (text, time) in tree.items()]


class Known(dict):
    """A ledger that is all in memory."""

    def at(self, paths):
        return {path: self[path] for path in paths if path in self}

    def below(self, places=None):
        inside = (
            path
            for path in self
            if places is None or any((path + "/").startswith(place + "/") for place in places)
        )
        return ((path, self[path].document_id) for path in inside)


@contextmanager
def compared(listing, ledger, **rules):
    """A comparison, as long as its spool is there."""
    with TemporaryDirectory() as folder, Spool(Path(folder)) as spool:
        yield compare(listing, Known(ledger), spool, Rules(**rules))


@dataclass
class Done:
    """A plan, all in memory."""

    moves: list
    touches: list
    to_read: list
    gone: dict


def plan_of(comparison, ledger, hash_of):
    todo = plan(comparison, Known(ledger), hash_of)
    gone = {one.path: ledger[one.path] for one in todo.spool.gone()}
    return Done(list(todo.moves()), list(todo.touches()), list(todo.to_read()), gone)


def planned(before, now, listing=None, **rules):
    listing = listing_of(now) if listing is None else listing
    ledger = ledger_of(before)
    with compared(listing, ledger, **rules) as comparison:
        todo = plan_of(comparison, ledger, lambda entry: HashedFile(entry, now[entry.path][0]))
    return comparison, todo


def differing(listing, known, **rules):
    with compared(listing, known, **rules) as comparison:
        return comparison.spool.count(Verdict.DIFFERS), comparison.unchanged


def carried_out(before, now, todo):
    """The paths and contents that a catalog would hold after the plan."""
    held = {number: (path, text) for number, (path, (text, _)) in enumerate(before.items(), 1)}
    for move in todo.moves:
        held[move.document_id] = (move.entry.path, held[move.document_id][1])
    for known in todo.gone.values():
        del held[known.document_id]
    result = dict(held.values())
    assert len(result) == len(held), "two documents at one path"
    return result | {entry.path: now[entry.path][0] for entry in todo.to_read}


@given(before=TREES, now=TREES)
def test_with_all_contents_checked_the_catalog_becomes_the_drive(before, now):
    _, todo = planned(before, now, check_contents=True)
    assert carried_out(before, now, todo) == {path: text for path, (text, _) in now.items()}


@given(before=TREES, now=TREES)
def test_only_what_has_the_same_size_and_time_is_taken_as_unchanged(before, now):
    comparison, todo = planned(before, now)
    after = carried_out(before, now, todo)
    wrong = {path for path, (text, _) in now.items() if after[path] != text}
    assert all(
        len(before[path][0]) == len(now[path][0]) and before[path][1] == now[path][1] for path in wrong
    )
    assert set(after) == set(now)
    assert comparison.found == len(now)


@given(before=TREES, now=TREES)
def test_no_content_that_moved_is_read_again(before, now):
    _, todo = planned(before, now, check_contents=True)
    gone = {known.content_hash for known in todo.gone.values()}
    new = {entry.path for entry in todo.to_read if entry.path not in before}
    assert not gone & {now[path][0] for path in new}


@given(before=TREES, now=TREES, hidden=st.sampled_from(["x", "x/y", "a.md", ""]))
def test_what_was_not_listed_is_neither_gone_nor_moved(before, now, hidden):
    def is_hidden(path):
        return not hidden or path == hidden or path.startswith(hidden + "/")

    seen = {path: known for path, known in now.items() if not is_hidden(path)}
    _, todo = planned(before, seen, [Unlisted(hidden, "stale handle"), *listing_of(seen)])
    assert not any(is_hidden(path) for path in todo.gone)
    assert not any(is_hidden(move.old_path) for move in todo.moves)


def test_a_path_that_is_listed_twice_counts_once():
    entry = Entry("a.md", 3, 1)
    with compared([entry, entry], {}) as comparison:
        assert [row.entry for row in comparison.spool.listed(Verdict.NEW)] == [entry]
        assert comparison.skipped == [Skipped("a.md", TWIN)]


def test_a_known_version_mark_speaks_before_size_and_time():
    known = {"a": LedgerEntry(1, 3, 5, "hash", DocumentState.CURRENT, False, '"v1"')}
    assert differing([Entry("a", 9, 9, '"v1"')], known) == (0, 1)
    assert differing([Entry("a", 3, 5, '"v2"')], known) == (1, 0)
    assert differing([Entry("a", 3, 5)], known) == (0, 1)


def test_a_time_that_can_not_be_relied_on_is_looked_behind():
    known = {"a": LedgerEntry(1, 3, 0, "hash", DocumentState.CURRENT)}
    assert differing([Entry("a", 3, 0)], known) == (1, 0)


def test_failures_are_taken_up_only_when_something_speaks_for_it():
    def taken_up(retryable=False, mtime_ns=5, **rules):
        known = {"a": LedgerEntry(None, 3, 5, "", DocumentState.FAILED, retryable)}
        return differing([Entry("a", 3, mtime_ns)], known, **rules)[0]

    assert taken_up() == 0
    assert taken_up(check_contents=True) == 0
    assert taken_up(retry=True) == 1
    assert taken_up(retryable=True) == 1
    assert taken_up(mtime_ns=6) == 1


def test_the_likeliest_of_several_equal_files_is_the_one_that_moved():
    before = {"x/notes.md": ("same", 1), "y/other.md": ("same", 1)}
    _, todo = planned(before, {"z/notes.md": ("same", 1)})
    assert [(move.old_path, move.entry.path) for move in todo.moves] == [("x/notes.md", "z/notes.md")]
    assert list(todo.gone) == ["y/other.md"]


@pytest.mark.parametrize("equal", [False, True], ids=["of equal size", "of equal content, one name"])
def test_looking_for_what_moved_takes_no_longer_for_each_file_where_there_are_many(equal):
    def steps(count):
        def content(number):
            return "same" if equal else f"{number:08}"

        before = {f"old {n}/{0 if equal else n}.md": (content(n), 1) for n in range(count)}
        now = {path.replace("old", "new"): known for path, known in before.items()}
        ledger, taken = ledger_of(before), [0]

        def step():
            taken[0] += 1

        with compared(listing_of(now), ledger) as comparison:
            comparison.spool.scratch._connection.set_progress_handler(step, 10)
            todo = plan_of(comparison, ledger, lambda entry: HashedFile(entry, now[entry.path][0]))
        assert len(todo.moves) == count
        return taken[0]

    assert steps(1200) < 3 * steps(600), "it would be four times as many if each file was held against all"


NAMES = st.sampled_from(["a.md", "A.md", "b.md", "x/a.md", "x/b.md", "x/y/a.md", "X/a.md", "z/a.md", "x.md"])
IDENTITIES = st.sampled_from(["", "", "i1", "i2", "i3"])
ETAGS = st.sampled_from(["", "", "v1", "v2"])


@st.composite
def ledgers(draw):
    paths = draw(st.lists(NAMES, unique=True))
    found = {}
    for number, path in enumerate(paths, 1):
        failed = draw(st.integers(0, 4)) == 0
        document = None if failed and draw(st.booleans()) else number
        text = draw(CONTENTS)
        state = DocumentState.FAILED if failed else DocumentState.CURRENT
        found[path] = LedgerEntry(
            document, len(text), draw(st.integers(0, 2)), text, state,
            failed and draw(st.booleans()), "" if failed else draw(ETAGS), draw(IDENTITIES),
        )  # fmt: skip
    return found


ENTRIES = st.builds(Entry, NAMES, st.sampled_from([3, 5]), st.integers(0, 2), ETAGS, st.just(""), IDENTITIES)
SKIPS = st.builds(Skipped, NAMES, st.sampled_from([UNKNOWN_FORMAT, NOT_FOR_AUDIENCE, "a lock file"]))
HIDDEN = st.builds(Unlisted, st.sampled_from(["x", "x/y", "a.md", "z"]), st.just("stale handle"))
LISTINGS = st.lists(st.one_of(ENTRIES, ENTRIES, ENTRIES, SKIPS, HIDDEN), max_size=12)


@given(ledger=ledgers(), listing=LISTINGS, retry=st.booleans(), check=st.booleans(), data=st.data())
def test_whatever_is_listed_the_plan_is_as_if_all_of_it_was_in_memory(ledger, listing, retry, check, data):
    contents = {
        item.path: data.draw(st.sampled_from(["one", "two", "six", "three", None]))
        for item in listing
        if isinstance(item, Entry)
    }

    def hash_of(entry):
        return None if contents[entry.path] is None else HashedFile(entry, contents[entry.path])

    rules = {"retry": retry, "check_contents": check}
    expected = plan_in_memory.compare(listing, ledger, **rules)
    should = plan_in_memory.plan(expected, hash_of)
    with compared(listing, ledger, **rules) as found:
        todo = plan_of(found, ledger, hash_of)
        withdrawn = {one.path for one in found.spool.withdrawn()}
    assert {(m.document_id, m.old_path, m.entry, m.same_content) for m in should.moves} == {
        (m.document_id, m.old_path, m.entry, m.same_content) for m in todo.moves
    }
    assert {(t.document_id, t.entry) for t in should.touches} == {
        (t.document_id, t.entry) for t in todo.touches
    }
    assert sorted(entry.path for entry in should.to_read) == sorted(entry.path for entry in todo.to_read)
    assert set(should.to_read) == set(todo.to_read)
    assert dict(should.gone) == todo.gone
    assert (expected.found, expected.unchanged) == (found.found, found.unchanged)
    assert (len(expected.remembered), set(expected.withdrawn)) == (found.remembered, withdrawn)
    assert (expected.skipped, expected.skipped_by_reason) == (found.skipped, found.skipped_by_reason)
    assert expected.unlisted == found.unlisted_parts
