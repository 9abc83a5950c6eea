import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.domain import Locator, Passage, Source
from brain.text.analysis import analyse
from brain.text.terms import STOPWORDS, content_stems, content_words, fold, numbers, stem, unique, words


def passage_of(text: str, context: str = "", table_header: str = "") -> Passage:
    source = Source("a.md", "A", "general", "file:///a.md", Locator())
    return Passage(1, text, source, context=context, table_header=table_header)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Café", "cafe"),
        ("ÜBER", "uber"),
        ("ﬁne", "fine"),
        ("Don’t", "don't"),
        ("Ⅳ", "iv"),
        ("plain", "plain"),
    ],
)
def test_writings_of_a_word_are_folded_to_one(written, folded):
    assert fold(written) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_for_searching(text):
    assert words(fold(text)) == words(text)


@given(st.text(alphabet="abc XYZ-_/.’'éÜ12\t\n", max_size=40))
def test_words_are_folded_letters_and_digits_only(text):
    assert all(word.isalnum() and word == fold(word) for word in words(text))


def test_words_are_split_where_the_keyword_index_splits_them():
    assert words("Sign-in at the café/bar: don’t use e_mail") == [
        *["sign", "in", "at", "the", "cafe", "bar", "do", "not", "use", "e", "mail"]
    ]


def test_little_words_carry_no_topic_but_negations_and_numbers_do():
    assert content_words("What is the limit of the card?") == ["limit", "card"]
    assert content_words("not 3 days, never without no one") == [
        "not",
        "3",
        "days",
        "never",
        "without",
        "no",
        "one",
    ]
    assert content_words("a b c 7") == ["7"]
    assert {"not", "no", "never", "without"}.isdisjoint(STOPWORDS)


@pytest.mark.parametrize(
    "forms",
    ["employee employees", "approve approved approving", "policy policies", "travel travels travelling"],
)
def test_forms_of_one_word_meet(forms):
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize("word", ["gas", "bus", "r2d2s", "2024s", "ids", "9001"])
def test_short_words_and_words_with_digits_are_not_stemmed(word):
    assert stem(word) == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,500 euros", {"1500"}),
        ("1500 euros", {"1500"}),
        ("1,500,000", {"1500000"}),
        ("between 2.5 and 3.75 mg", {"2.5", "3.75"}),
        ("from 9:30 on 1/2/2024.", {"9:30", "1/2/2024"}),
        ("$40, or 12%", {"40", "12"}),
        ("version v2 and B12", set()),
        ("", set()),
        ("349.00 or 1,500.00 euros at 10:00", {"349", "1500", "10:00"}),
    ],
)
def test_numbers_are_compared_without_thousands_separators(text, expected):
    assert numbers(text) == expected


def test_repeats_go_and_order_stays():
    assert unique(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]


@given(
    st.lists(st.sampled_from("Leave days. e.g. \n\t 30 Ask HR! the - ".split(" ")), max_size=30).map(" ".join)
)
def test_an_analysed_passage_holds_all_its_words_in_its_sentences(text):
    found = analyse(passage_of(text, context="Handbook › Leave", table_header="Name\tPrice"))
    assert [stem for line in found.sentences for stem in line.stems] == content_stems(text)
    assert found.context == set(content_stems("Handbook Leave Name Price"))
    assert found.stems == found.context | set(content_stems(text))
    assert found.length == len(content_stems(text)) + 4


def test_word_pairs_do_not_reach_over_a_sentences_end():
    found = analyse(passage_of("Sick leave is paid. Parental leave too."))
    assert ("sick", "leav") in found.pairs
    assert ("paid", "parent") not in found.pairs


def test_a_compound_around_a_little_word_is_a_word_of_its_own():
    assert content_words("How often are One-on-Ones?") == ["often", "one-on-ones", "one", "ones"]
    assert content_words("an in-network sign-up") == ["network", "sign"]
    together, apart = content_stems("a one-on-one"), content_stems("one of the ones")
    assert together[0] == content_stems("one-on-ones")[0]
    assert together[0] not in apart
