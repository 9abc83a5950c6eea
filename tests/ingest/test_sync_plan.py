"""What follows from a listing and a ledger, without a drive: the whole of the decision is pure."""

from hypothesis import given
from hypothesis import strategies as st

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import Entry, Skipped, Unlisted
from ingest.hashing import HashedFile
from ingest.reconcile import TWIN, compare, plan

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


def planned(before, now, listing=None, **options):
    listing = listing_of(now) if listing is None else listing
    comparison = compare(listing, ledger_of(before), **options)
    return comparison, plan(comparison, lambda entry: HashedFile(entry, now[entry.path][0]))


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
    comparison = compare([entry, entry], {})
    assert list(comparison.new) == ["a.md"]
    assert comparison.skipped == [Skipped("a.md", TWIN)]


def test_a_known_version_mark_speaks_before_size_and_time():
    known = {"a": LedgerEntry(1, 3, 5, "hash", DocumentState.CURRENT, False, '"v1"')}
    assert compare([Entry("a", 9, 9, '"v1"')], known).unchanged == 1
    assert len(compare([Entry("a", 3, 5, '"v2"')], known).differing) == 1
    assert compare([Entry("a", 3, 5)], known).unchanged == 1


def test_a_time_that_can_not_be_relied_on_is_looked_behind():
    known = {"a": LedgerEntry(1, 3, 0, "hash", DocumentState.CURRENT)}
    assert len(compare([Entry("a", 3, 0)], known).differing) == 1


def test_failures_are_taken_up_only_when_something_speaks_for_it():
    def differing(retryable=False, mtime_ns=5, **options):
        known = {"a": LedgerEntry(None, 3, 5, "", DocumentState.FAILED, retryable)}
        return len(compare([Entry("a", 3, mtime_ns)], known, **options).differing)

    assert differing() == 0
    assert differing(check_contents=True) == 0
    assert differing(retry=True) == 1
    assert differing(retryable=True) == 1
    assert differing(mtime_ns=6) == 1


def test_the_likeliest_of_several_equal_files_is_the_one_that_moved():
    before = {"x/notes.md": ("same", 1), "y/other.md": ("same", 1)}
    _, todo = planned(before, {"z/notes.md": ("same", 1)})
    assert [(move.old_path, move.entry.path) for move in todo.moves] == [("x/notes.md", "z/notes.md")]
    assert list(todo.gone) == ["y/other.md"]
