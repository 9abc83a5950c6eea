"""Reminds whoever changes what is read of a file to raise the reader's version.

What today's readers make of the sample files is kept as a fingerprint in readings.json. After a change:
raise the number in ingest/readers/versions.py, then `python -m tests.ingest.test_readings` writes them anew.
"""

import hashlib
import json
from pathlib import Path

import pytest

from ingest.indexing.splitting import split
from ingest.readers import SUPPORTED, read
from ingest.readers.versions import READERS, SPLITTING

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("readings.json")
UNSEEN = {"picture"}  # whose words depend on a model


def _samples():
    """The sample files by the reader that reads them."""
    found = {}
    for folder in ("samples/drive", "tests/samples/formats"):
        for path in sorted((ROOT / folder).rglob("*")):
            known = SUPPORTED.get(path.suffix.lower())
            if known is not None and path.is_file():
                found.setdefault(known.reader, []).append(path)
    return found


def _fingerprint(things):
    digest = hashlib.sha256()
    for thing in things:
        digest.update(json.dumps(thing, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def _read_as(paths):
    return [{**_as_json(read(path)), "reading": ""} for path in paths]


def _as_json(document):
    places = {}
    blocks = [
        [block.kind.value, block.text, places.setdefault(block.locator, len(places)), block.level]
        for block in document.blocks
    ]
    return {
        "title": document.title,
        "media_type": document.media_type,
        "modified": document.modified.isoformat() if document.modified else None,
        "warnings": list(document.warnings),
        "places": [
            [place.page, list(place.heading), place.slide, place.sheet, place.row, place.part]
            for place in places
        ],
        "blocks": blocks,
    }


def _cut(paths):
    return [
        [chunk.start, chunk.end, chunk.context, chunk.table_header]
        for path in paths
        for chunk in split(read(path), 254, lambda text: len(text.split()))
    ]


def _today():
    samples = _samples()
    readers = {name: [READERS[name], _fingerprint(_read_as(paths))] for name, paths in samples.items()}
    everything = [path for name in sorted(samples) for path in samples[name]]
    return {**readers, "splitting": [SPLITTING, _fingerprint(_cut(everything))]}


def test_every_reader_has_a_sample_file():
    assert _samples().keys() | UNSEEN == READERS.keys()


@pytest.mark.parametrize("name", sorted(READERS.keys() - UNSEEN))
def test_what_a_reader_makes_of_its_samples_is_what_its_version_stands_for(name):
    version, fingerprint = json.loads(KEPT.read_text())[name]
    now = _fingerprint(_read_as(_samples()[name]))
    assert version == READERS[name], "the version was raised: `python -m tests.ingest.test_readings` notes it"
    assert now == fingerprint, (
        f"{name} reads its sample files in another way than before: raise READERS[{name!r}] in "
        "ingest/readers/versions.py, so that documents are read anew after the upgrade, then run "
        "`python -m tests.ingest.test_readings`"
    )


def test_how_passages_are_cut_is_what_its_version_stands_for():
    # What a reader changes, cuts other passages; so this asks only once all readers are as they were noted.
    kept = json.loads(KEPT.read_text())
    if any(kept[name][1] != _fingerprint(_read_as(paths)) for name, paths in _samples().items()):
        pytest.skip("a reader reads in another way, which its own test tells")
    version, fingerprint = kept["splitting"]
    samples = _samples()
    everything = [path for name in sorted(samples) for path in samples[name]]
    assert version == SPLITTING, "the version was raised: `python -m tests.ingest.test_readings` notes it"
    assert _fingerprint(_cut(everything)) == fingerprint, (
        "passages are cut in another way than before: raise SPLITTING in ingest/readers/versions.py, then "
        "run `python -m tests.ingest.test_readings`"
    )


if __name__ == "__main__":
    KEPT.write_text(json.dumps(_today(), indent=2) + "\n")
