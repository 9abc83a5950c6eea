import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.answering.extracting.question_kind import Wants, core, kind_of, wants_all

ASKED = {
    Wants.YES_NO: [
        "Is parking free?",
        "Are dogs allowed in the office?",
        "Can I carry over leave?",
        "Do contractors get a badge?",
        "Does the plan cover glasses?",
        "May I work from abroad?",
        "Has the VPN changed?",
        "Isn't lunch free?",
        "can you tell me if lunch is free",
        "Hi, is there a gym?",
        "Do you know whether the shop is open on Sundays?",
    ],
    Wants.NUMBER: [
        "How many days of leave do I get?",
        "How much does the Gold plan cost?",
        "What is the price of the Gold plan?",
        "What's the maximum file size?",
        "At what temperature should the server room be kept?",
        "what percentage of the salary is paid?",
        "How old must I be?",
        "How often are passwords changed?",
        "Hello, could you please tell me how many desks there are?",
        "What is our daily meal allowance?",
        "How far is the station?",
    ],
    Wants.TIME: [
        "When is payday?",
        "and when do we close?",
        "What time does the canteen open?",
        "By when must I hand in expenses?",
        "What is the deadline for expenses?",
        "In which year was the company founded?",
        "What are the opening hours of the library?",
        "How soon are invoices paid?",
    ],
    Wants.PERSON: [
        "Who approves leave?",
        "Whom do I ask about badges?",
        "To whom do I report a theft?",
        "Whose signature is needed?",
        "I would like to know who runs the lab",
    ],
    Wants.PLACE: [
        "Where is the first-aid kit?",
        "From where can I order pens?",
        "What city is the head office in?",
        "Which floor and what room is the lab in?",
    ],
    Wants.REASON: [
        "Why was the plan changed?",
        "How come the gate is shut?",
        "What is the reason for the delay?",
        "What was the purpose of the trial?",
    ],
    Wants.STEPS: [
        "How do I reset my password?",
        "How can we book a room?",
        "How to print in colour?",
        "What should I do when I am ill?",
        "What is the process for returns?",
    ],
    Wants.LIST: [
        "What are the benefits of the plan?",
        "Which documents are needed?",
        "List the holidays",
        "Name the members of the board.",
        "What kinds of leave exist?",
        "Summarise the travel rules",
        "Compare the Gold and Silver plans",
        "What types of printers do we have?",
    ],
    Wants.FACT: [
        "What is the guest network called?",
        "Which browser is supported?",
        "parental leave",
        "guest network name",
        "What does error E42 mean?",
        "",
    ],
}


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, text) for kind, asked in ASKED.items() for text in asked]
)
def test_what_a_question_asks_for_is_read_from_its_words(kind, question):
    assert kind_of(question).wants is kind
    assert kind_of(question.upper()).wants is kind


@pytest.mark.parametrize("kind", [Wants.NUMBER, Wants.TIME, Wants.PERSON, Wants.PLACE])
def test_what_a_few_words_can_answer_is_narrow(kind):
    assert all(kind_of(question).narrow for question in ASKED[kind])


@pytest.mark.parametrize("kind", [Wants.LIST, Wants.STEPS, Wants.REASON, Wants.YES_NO])
def test_what_takes_sentences_is_not_narrow(kind):
    assert not any(kind_of(question).narrow for question in ASKED[kind])


@pytest.mark.parametrize(
    ("follow_up", "kind"),
    [
        ("How many days of leave do we get – for part-timers?", Wants.NUMBER),
        ("How many days of leave do we get – who approves it?", Wants.PERSON),
        ("How many days of leave do we get – why?", Wants.REASON),
        ("Who approves leave – when?", Wants.TIME),
        ("Who approves leave – is it paid?", Wants.YES_NO),
    ],
)
def test_a_follow_up_is_of_its_own_kind_where_it_has_one(follow_up, kind):
    assert kind_of(follow_up).wants is kind


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Hi, can you tell me who runs the lab?", "who runs the lab?"),
        ("Hello! Where is it?", "Where is it?"),
        ("Could someone please tell us when it opens", "when it opens"),
        ("Do you know if it is open?", "it is open?"),
        ("Who runs the lab?", "Who runs the lab?"),
        ("According to the handbook, who pays?", "who pays?"),
        ("please", "please"),
        ("", ""),
    ],
)
def test_courtesies_and_frames_are_put_aside(said, meant):
    assert core(said) == meant


@given(st.text(max_size=80))
def test_any_text_has_a_kind(text):
    assert kind_of(text).wants in Wants
    assert bool(core(text)) == bool(text.strip())


@pytest.mark.parametrize(
    ("question", "everything"),
    [
        ("list all public holidays in 2026", True),
        ("List the plans", True),
        ("what are all the error codes?", True),
        ("which services are covered?", False),
        ("are all dogs allowed?", False),
        ("who is on the list?", False),
    ],
)
def test_who_asks_for_all_of_something_is_known(question, everything):
    assert wants_all(question) is everything
