"""Text without blanks: passages of a length that people read, cut where no sign is torn."""

import random
import re
import unicodedata

import pytest

from ingest.indexing.fitting import fitting, weighed
from ingest.indexing.splitting import PASSAGE_TOKENS, split
from ingest.parsed import Block, BlockKind, ParsedDocument

CHANCE = random.Random(1)
THAI = "".join(CHANCE.choices([chr(code) for code in range(0x0E01, 0x0E3B)], k=20_000))
CHINESE = "".join(CHANCE.choices([chr(code) for code in range(0x4E00, 0x4E80)], k=20_000))
SCRIPT = "!function(e,t){var n=e.a||{};if(n.b&&t[1]===void 0){return n.c(t)}e.d=n}(window,[1,2,3]);" * 200
TEXTS = {
    "one word": "w" * 20_000,
    "Thai": THAI,
    "Chinese": CHINESE,
    "base64": "".join(CHANCE.choices("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789+/", k=20_000)),
    "minified": SCRIPT,
    "emoji": "\U0001f986" * 20_000,
    "accents": "e" + "\u0301" * 20_000,
}


def tokens(text):
    """As a word-piece tokenizer counts: what it doesn't know is one token, and so is a long word."""
    return sum(
        1 if len(found) > 100 or not found[0].isascii() else -(-len(found) // 4)
        for found in re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text)
    )


@pytest.mark.parametrize(
    "kind", [BlockKind.PARAGRAPH, BlockKind.CODE, BlockKind.TABLE_ROW, BlockKind.LIST_ITEM]
)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_passages_of_text_without_blanks_are_of_bounded_length(text, kind):
    parsed = ParsedDocument("Log", (Block(kind, text),), "text/plain")
    chunks = list(split(parsed, 254, tokens))
    assert max(chunk.end - chunk.start for chunk in chunks) <= PASSAGE_TOKENS * 4
    assert max(tokens(chunk.text) for chunk in chunks) <= PASSAGE_TOKENS
    assert all(parsed.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == text.replace(" ", "")
    assert len(chunks) < len(text) / 50


def test_a_word_that_no_tokenizer_knows_is_counted_by_its_letters():
    assert weighed("w" * 4_000, tokens) == 1_000
    assert weighed("A key hangs behind the door.", tokens) == tokens("A key hangs behind the door.")
    assert weighed(" " * 3_000 + "key", tokens) < 100  # blanks are no letters


def pieces(text, room=20):
    return [text[start:end] for start, end, _ in fitting(text, 0, len(text), room, tokens)]


def test_signs_are_not_parted_from_their_marks():
    for text in (THAI, "e\u0301" * 5_000, "\U0001f469\u200d\U0001f680" * 3_000):
        for piece in pieces(text)[1:]:
            assert unicodedata.category(piece[0])[0] != "M"
            assert piece[0] != "\u200d"


def test_text_without_blanks_is_cut_behind_its_marks():
    assert {piece[-1] for piece in pieces("钥匙挂在门后，请不要拿走。" * 100, 40)[:-1]} == {"。"}
    assert {piece[-1] for piece in pieces("钥匙挂在蓝色的门后面，" * 100)[:-1]} == {"，"}
    assert {piece[-1] for piece in pieces("a=bcdefgh;" * 100)[:-1]} == {";"}


def test_a_blank_is_a_better_place_than_a_mark():
    address = "https://a.example/" + "path/" * 14
    assert pieces(f"The key hangs behind {address}", 30)[0] == "The key hangs behind"


def test_each_stretch_is_counted_a_few_times():
    counted = []

    def count(text):
        counted.append(len(text))
        return len(text)  # the worst there is: a token for each letter

    text = "w" * 100_000
    assert "".join(text[start:end] for start, end, _ in fitting(text, 0, len(text), 100, count)) == text
    assert sum(counted) < 8 * len(text)
