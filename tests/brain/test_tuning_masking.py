"""Stand-ins for personal data: the same everywhere, and nothing else is touched."""

import pytest

from brain.domain import Locator, Passage, Source
from brain.tuning.data.masking import Masking, is_card, is_iban
from brain.tuning.data.verifying import fault_of
from brain.tuning.rows import Row


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to maren.oduya@quillmoor.example today.", "email"),
        ("Ring +49 30 901820-17 at night.", "phone"),
        ("Ring (202) 456-1111 at night.", "phone"),
        ("Ring 030/9018 2017 at night.", "phone"),
        ("Pay to DE89 3704 0044 0532 0130 00 please.", "iban"),
        ("Pay to GB29NWBK60161331926819 please.", "iban"),
        ("The card 4111 1111 1111 1111 is mine.", "card"),
        ("Her number is 078-05-1120 there.", "personal id"),
        ("Her number is QQ 12 34 56 C there.", ""),
        ("Her number is AB 12 34 56 C there.", "personal id"),
        ("Her number is 756.9217.0769.85 there.", "personal id"),
        ("Su DNI es 12345678Z hoy.", "personal id"),
    ],
)
def test_what_is_personal_gets_a_stand_in(text: str, kind: str):
    masking = Masking()
    masked = masking.masked(text)
    assert (masked == text) == (not kind)
    assert dict(masking.counts) == ({kind: 1} if kind else {})
    assert masking.masked(text) == masked
    assert len(masked.split()) == pytest.approx(len(text.split()), abs=5)


@pytest.mark.parametrize(
    "text",
    [
        "Since 2026-03-05 the price is 1,250.00 euros, 12 % more.",
        "Order QM-1200 or QR-26-01234, extension 426, room 1.04.",
        "About 61,000 stations of 1 234 567 890 readings, see 10.1000/182.",
        "The card 4111 1111 1111 1112 fails the check, so does DE89 3704 0044 0532 0130 01.",
        "Version 10.12.13.14 runs on 192.168.100.200.",
        "Su DNI es 12345678A hoy.",
    ],
)
def test_other_numbers_stay(text: str):
    assert Masking().masked(text) == text


def test_stand_ins_are_valid_and_differ_from_each_other():
    masking = Masking()
    found = masking.masked("a@b.example, c@d.example, a@b.example")
    first, second, third = found.split(", ")
    assert first == third != second
    assert is_iban(masking.masked("DE89 3704 0044 0532 0130 00").replace(" ", ""))
    assert is_card(masking.masked("4111 1111 1111 1111").replace(" ", ""))


def test_a_masked_row_is_still_backed():
    source = Source("contacts.md", "Contacts", "general", "", Locator())
    text = "Write to maren@quillmoor.example or ring +49 30 901820 before noon."
    row = Row(
        "r", "Does maren@quillmoor.example answer?", (Passage(1, text, source, end=len(text)),),
        "Write to maren@quillmoor.example or ring +49 30 901820 before noon [1].",
        (1,), "heading", "contacts.md",
    )  # fmt: skip
    assert fault_of(row.answer, row.passages) == ""
    masked = Masking().row(row)
    everything = f"{masked.question} {masked.answer} {masked.passages[0].text}"
    assert "maren@" not in everything
    assert "901820" not in everything
    assert fault_of(masked.answer, masked.passages) == ""
