"""Nothing of a space that the question may not use reaches any part of an answer."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_home import OPEN_GATE, SmallHome

from brain.domain import Answer, Question, Turn
from brain.evidence import EvidenceGate
from brain.retrieval.query import Query

SPACES = ("general", "hr", "legal", "board", "lab")
SUBJECTS = ("launch code", "travel budget", "office key", "salary review", "printer password")
AUDIENCES = [frozenset(found) for size in range(6) for found in combinations(SPACES, size)]


def secret(space: str, subject: str) -> str:
    """A word that occurs in one document alone."""
    return f"zq{space[:2]}{subject[:3]}x"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home"))
    for number, space in enumerate(SPACES):
        # Spaces hold the same subjects and differ in size, so that counts tell them apart.
        for subject in SUBJECTS[: number + 1]:
            word = secret(space, subject)
            text = f"# {subject} {word}\n\nThe {subject} is {word}. Ask {word}@example.org about it.\n"
            home.add(f"{word}.md", text, space, index=False)
    home.index.apply_pending()
    yield home
    home.close()


def told(answer: Answer) -> str:
    """Everything that an answer carries, but for the question itself and the time."""
    steps = {**answer.trace.steps, "question": "", "timings": ""}
    return f"{asdict(answer) | {'trace': ''}} {json.dumps(steps)}".lower()


def assert_silent(home: SmallHome, answer: Answer, audience: frozenset[str], kept_secret: set[str]) -> None:
    everything = told(answer)
    assert [word for word in kept_secret if word in everything] == []
    assert {passage.source.space for passage in answer.retrieved} <= audience
    if answer.refusal:
        assert set(answer.refusal.spaces) == audience
        assert answer.refusal.documents_searched == sum(SPACES.index(space) + 1 for space in audience)
        assert {near.source.space for near in answer.refusal.nearest} <= audience


@pytest.mark.parametrize("threshold", [0.0, 1.1], ids=["answering", "refusing"])
def test_no_audience_learns_anything_of_the_other_spaces(home, threshold):
    gate = EvidenceGate(OPEN_GATE.weights, threshold)
    brain = home.brain(gate=gate)
    for audience in AUDIENCES:
        hidden = {secret(space, subject) for space in SPACES if space not in audience for subject in SUBJECTS}
        for subject in SUBJECTS:
            answer = brain.invoke(Question(f"What is the {subject}?", audience=audience))
            assert_silent(home, answer, audience, hidden)


def test_an_allowed_space_is_answered_from(home):
    answer = home.ask("What is the launch code?", "hr")
    assert secret("hr", "launch code") in answer.text
    assert answer.citations[0].passage.source.space == "hr"


USERS = ("ana", "ben", "cem", "dia")
RIGHTS = st.fixed_dictionaries({user: st.sets(st.sampled_from(SPACES)) for user in USERS})
ASKED = st.lists(st.sampled_from([*SUBJECTS, "zqhrlaux", "board", "anything", "the"]), min_size=1, max_size=3)


@given(RIGHTS, st.sampled_from(USERS), ASKED.map(" and ".join))
def test_whoever_asks_only_their_spaces_are_searched(home, rights, user, subjects):
    found = home.retriever.find(Query.of(f"What is {subjects}?"), rights[user])
    assert {passage.source.space for passage in found.passages} <= rights[user]
    assert found.rarity.rows == sum(SPACES.index(space) + 1 for space in rights[user])


def test_the_index_is_only_ever_asked_for_allowed_spaces(home):
    asked: list[str] = []

    class Watched:
        """The real index, which notes the spaces that it is asked for."""

        def __getattr__(self, name):
            real = getattr(home.index, name)

            def call(space, *rest):
                asked.append(space)
                return real(space, *rest)

            return call

    retriever = home.retriever.model_copy(update={"index": Watched()})
    for audience in AUDIENCES:
        asked.clear()
        retriever.find(Query.of("What is the launch code?"), audience)
        assert set(asked) == audience
        asked.clear()
        retriever.find(Query.of("Wie lautet der Code, und wer kennt ihn?"), audience)  # reads the vocabulary
        assert set(asked) == audience


def test_an_answer_does_not_change_when_a_space_that_it_may_not_use_does(tmp_path):
    def asked(home: SmallHome) -> list[object]:
        answers = [home.ask(f"What is the {subject}?", "general", "hr") for subject in SUBJECTS]
        return [(a.text, a.sentences, a.citations, a.retrieved, a.refusal, a.trace.steps) for a in answers]

    home = SmallHome(tmp_path)
    for space, subject in [("general", "launch code"), ("hr", "travel budget"), ("hr", "launch code")]:
        home.add(f"{subject}.md", f"The {subject} is {secret(space, subject)}.", space)
    before = asked(home)
    for subject in SUBJECTS:
        home.add(f"{subject}.md", f"The {subject} is hidden. " * 9, "board")
    assert asked(home) == before
    home.close()


def test_an_audience_without_spaces_is_told_that_there_is_nothing(home):
    answer = home.ask("What is the launch code?")
    assert not answer.refused
    nothing = home.brain().invoke(Question("What is the launch code?", audience=frozenset()))
    assert nothing.refused
    assert nothing.retrieved == ()


def test_removed_documents_do_not_come_back_though_the_index_still_holds_them(tmp_path):
    home = SmallHome(tmp_path)
    kept = home.add("kept.md", "The launch code is alpha.")
    gone = home.add("gone.md", "The launch code is omega.")
    assert "omega" in str(home.find("launch code").passages)
    home.catalog.remove_document(gone)
    held = chain(home.index.keyword("general", ["launch"], 9), home.index.dense("general", [0.1] * 32, 9))
    assert len({number for number, _ in held}) == 2  # nothing was applied: the index is behind
    assert {p.source.document_id for p in home.find("launch code").passages} == {kept}
    assert "omega" not in told(home.ask("What is the launch code?"))
    home.close()


def test_a_document_that_changed_is_never_quoted_as_it_was(tmp_path):
    home = SmallHome(tmp_path)
    home.add("code.md", "The launch code is omega.")
    home.add("code.md", "The launch code is alpha.", index=False)
    assert "omega" not in told(home.ask("What is the launch code?"))
    home.close()


OPEN = {
    "travel.md": """# Travel policy

## Staying

Hotels are paid up to 140 euros a night. They are booked by the travel desk, and by nobody else.

## Afterwards

Submit the trip within 30 days of your return. Meals that others pay are deducted from the allowance.
""",
    "plans.md": """# Plans

| Plan | Price | Users |
| --- | --- | --- |
| Harbour plan | 75.00 | 40 |
| Keeper plan | 95.00 | 60 |
""",
    "urlaub.md": "# Urlaub\n\nDer Urlaubsantrag wird bis zum 15. des Monats beim Teamleiter gestellt.\n",
}
CLOSED = {
    "travel.md": "# Travel policy\n\n## Staying\n\nDirectors of zqsecret stay in any hotel they like.\n",
    "travel-board.md": "# Travel policy of the board\n\nThe board of zqsecret flies first class always.\n",
    "plans.md": "# Plans\n\n| Plan | Price |\n| --- | --- |\n| Anchor plan | 12 |\n| Harbour plan | 1 |\n",
    "urlaub.md": "# Urlaub\n\nGekündigte stellen keine; Anträge auf Sonderurlaub prüft zqsecret.\n",
    "pay.md": "# Pay review\n\nSalaries and severance pay are reviewed by zqsecret in Mai; Urlaub auch.\n",
}
WHATEVER_ELSE_THERE_IS = (
    "Summarise the travel policy",
    "What does the travel policy say about staying?",
    "Give me an overview of travel",
    "Summarise the pay review",
    "What is the difference between the Harbour plan and the Keeper plan?",
    "Is the Anchor plan cheaper than the Harbour plan?",
    "Compare the Anchor plan and the Bosun plan",
    "Bis wann muss ich Urlaubsanträge stellen?",
    "Wer prüft Sonderurlaubsanträge?",
    "Which documents do you have about travel?",
    "Who reviews the severence?",
    "Where do directors stay?",
    "How much are hotels? Who reviews salaries?",
)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 1.1])
def test_what_lies_in_other_spaces_changes_nothing_that_an_asker_sees(tmp_path, threshold):
    """Neither answer nor wording nor steps: asked before the other space holds anything, and after."""
    home = SmallHome(tmp_path).fill(OPEN)
    brain = home.brain(gate=EvidenceGate(OPEN_GATE.weights, threshold))

    def everything() -> list[str]:
        found = []
        for text in WHATEVER_ELSE_THERE_IS:
            first = brain.invoke(Question(text, audience=frozenset({"general"})))
            turns = (Turn(text, first.text),)
            more = [
                brain.invoke(Question(follow, audience=frozenset({"general"}), history=turns))
                for follow in ("Say that shorter", "And for directors?")
            ]
            found += [told(answer) for answer in (first, *more)]
        return found

    before = everything()
    if threshold < 1:  # else nothing is told at all
        assert sum("from travel policy, in its own words" in one for one in before) > 1
        assert any("i found nothing about “anchor plan”" in one for one in before)
    home.fill(CLOSED, "hr")
    after = everything()
    home.close()
    assert after == before
    assert not any("zqsecret" in one for one in after)


@pytest.mark.parametrize(
    "question",
    [
        "What was decided on 4 March 2026?",
        "Who has the zqphone on 2026-03-04?",
        "Summarise the minutes of 4 March 2026",
        "What do the minutes of 4 March 2026 say?",
        "What was decided on 04/03/2026?",
    ],
)
def test_a_date_leads_to_nothing_of_a_space_that_may_not_be_read(tmp_path, question):
    open_text = "# Minutes\n\n## 11 March 2026\n\n- The gate is painted.\n"
    shut_text = "# Minutes zqboard\n\n## 4 March 2026\n\n- The zqplant is sold.\n"
    for name in ("alone", "beside"):
        (tmp_path / name).mkdir()
    alone = SmallHome(tmp_path / "alone").fill({"minutes.md": open_text})
    beside = SmallHome(tmp_path / "beside").fill({"minutes.md": open_text})
    beside.fill({"minutes.md": shut_text, "rota.csv": "Date,zqphone\n2026-03-04,Lena\n"}, "board")
    answers = [home.ask(question) for home in (alone, beside)]
    assert answers[0].text == answers[1].text
    assert answers[0].refused
    assert "zqplant" not in told(answers[1])
    assert "zqboard" not in told(answers[1])
    assert not beside.ask("What was decided on 4 March 2026?", "general", "board").refused
    alone.close()
    beside.close()
