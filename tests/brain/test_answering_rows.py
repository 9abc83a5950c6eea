import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.answering.extracting.rows import row_in_words
from brain.text.terms import content_stems

HEADER = "Plan\tPrice per month\tSupport\tStorage"
GOLD = "Gold\t40 dollars\taround the clock\t2 TB"


def told(question: str, row: str = GOLD, header: str = HEADER) -> str:
    return row_in_words(row, header, set(content_stems(question))).text


def test_only_the_columns_that_are_asked_for_are_told():
    assert told("What is the price of the Gold plan?") == "Gold – Price per month: 40 dollars"
    assert told("storage and support of Gold") == "Gold – Support: around the clock; Storage: 2 TB"


def test_all_columns_are_told_where_none_is_asked_for():
    assert told("Tell me about Gold") == (
        "Gold – Price per month: 40 dollars; Support: around the clock; Storage: 2 TB"
    )


def test_the_cell_that_the_question_names_is_the_subject_with_its_columns_name():
    assert told("Which plan has support around the clock?") == "Support: around the clock – Plan: Gold"
    named = told("Does Ann Lee have a gym?", "Gym\t20 dollars\tAnn Lee", "Benefit\tAmount\tContact")
    assert named == "Contact: Ann Lee – Benefit: Gym; Amount: 20 dollars"


def test_what_a_row_is_about_is_told_where_the_question_names_another_cell_and_column():
    header, row = "Name\tPlace\tAsk about\tContact", "Joana Reis\tPorto\tcontracts\tjoana@a.example"
    said = told("Who do I ask about a contract in Porto?", row, header)
    assert said == "Place: Porto – Name: Joana Reis; Ask about: contracts"


@pytest.mark.parametrize("header", ["", "Plan\tPrice", "\t\t\t"])
def test_without_a_header_that_fits_the_cells_stand_alone(header):
    assert told("price of Gold", header=header) == "Gold, 40 dollars, around the clock, 2 TB"


def test_empty_cells_are_passed_over_and_columns_stay_right():
    assert told("storage", "\t40 dollars\t\t2 TB") == "40 dollars – Storage: 2 TB"
    assert "Support" not in told("", "Gold\t\t\t2 TB")
    assert told("", "Gold\t\t\t2 TB") == "Gold – Storage: 2 TB"


CELLS = st.lists(
    st.sampled_from(["", " ", "Gold", "40 dollars", " spaced ", "a b", "–"]), min_size=1, max_size=5
)


@given(CELLS, CELLS, st.sets(st.sampled_from(["gold", "dollar", "price", "plan"])))
def test_told_cells_are_the_rows_own_and_the_words_are_cells_and_column_names(row, names, asked):
    text = "\t".join(row)
    found = row_in_words(text, "\t".join(names), asked)
    quotes = [text[start:end] for start, end in found.cells]
    assert all(quote.strip() == quote != "" and quote in found.text and "\t" not in quote for quote in quotes)
    assert list(found.cells) == sorted(set(found.cells))
    assert bool(found.text.strip()) == bool(text.strip())
    own = set(text + "".join(names) + "–:;, ")
    assert set(found.text) <= own


def test_a_column_that_the_question_names_in_full_is_told_alone():
    header, row = "Region\t2024 Plan\t2024 Actual\t2025 Plan\t2025 Actual", "North\t10\t11\t12\t13"
    assert told("What was the 2025 actual in the North?", row, header) == "North – 2025 Actual: 13"
    assert told("actual of North", row, header) == "North – 2024 Actual: 11; 2025 Actual: 13"
    assert told("price per month and storage of Gold").endswith("Price per month: 40 dollars; Storage: 2 TB")
