"""What can be done with an answer that was given: quotes, why, share, helpful or not."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bots.desk.audience import Audience, Role
from bots.desk.cards import Button, Card, Delivery, Field, Form, Quote, Reply, Row
from bots.desk.domain import Caller, Command, Press
from bots.desk.wording import age, count, listed, named, shortened, web_link
from brain.catalog.questions.answers import Feedback, StoredAnswer
from brain.domain import Passage, Source
from brain.text.quoted import stands_at

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog

WITHDRAWN = "What it is from has been changed or taken out since."
# Whoever may not read it is told no more of why than whoever comes too late.
GONE = Card(
    "I can't go on with this answer",
    "It is not kept any more, or it is from documents that you may not read. Ask again, and I answer from "
    "those that you may.",
)
_NOT_ALL_READ = "It was answered from documents that not everyone in this channel may read."
_READERS_UNKNOWN = (
    "I can't find out who reads this channel, and share nothing with people I don't know. If I am not in it, "
    "invite me; otherwise please tell an admin: `status` shows them why."
)
REASONS = (
    ("wrong", "It is wrong"),
    ("outdated", "It is outdated"),
    ("incomplete", "Something is missing"),
    ("wrong_source", "It is from the wrong source"),
    ("other", "Something else"),
)
NOT_HELPFUL = Form(
    "not_helpful",
    "",
    "What was the matter?",
    "Send",
    (
        Field("reason", "The answer", REASONS),
        Field("words", "In your own words", hint="What would have helped?", long=True, optional=True),
    ),
)
_SCORES = ("score", "keyword", "dense", "window", "phrase", "reranker")
_EXPLAINED = 5


def buttons_under(trace_id: str, *, refused: bool, shareable: bool) -> tuple[Button, ...]:
    """The buttons that stand under an answer."""
    found = [] if refused else [Button("quotes", "Show quotes", trace_id)]
    found.append(Button("helpful", "Helpful", trace_id))
    found.append(Button("not_helpful", "Not helpful", trace_id))
    found.append(Button("person", "Ask a person", trace_id))
    if shareable and not refused:
        found.append(Button("share", "Share", trace_id))
    return tuple(found)


class GivenAnswers:
    """Answers that were given, shown again to those who may still see them."""

    def __init__(
        self,
        catalog: "Catalog",
        audience: Audience,
        triaged: Callable[[str, Caller], Card | None] = lambda trace_id, caller: None,
    ) -> None:
        """`triaged` tells, by an answer's trace, what the ticket rests on that it was suggested for."""
        self._catalog = catalog
        self._audience = audience
        self._triaged = triaged

    def visible(self, trace_id: str, caller: Caller) -> StoredAnswer | None:
        """The answer, where it is kept and the caller may see it."""
        answer = self._catalog.answers.find(trace_id)
        return answer if answer and self._audience.may_see(caller, answer) else None

    def quotes(self, press: Press) -> Reply:
        """The passages behind an answer, its words marked in them."""
        answer = self.visible(press.ref, press.caller)
        if answer is None:
            return Reply(GONE)
        passages = self._catalog.passages(c.passage_id for c in answer.citations)
        quoted: dict[int, tuple[list[int], list[tuple[int, int]]]] = {}
        changed = False
        for (number, passage_id), words in _by_place(answer).items():
            text = passages[passage_id].text if passage_id in passages else ""
            start = (stands_at(words, text) or 0) if "\t" in text else 0  # the same cell may stand above
            for quote in words:
                if not text or (at := text.find(quote, start)) < 0:
                    changed = True
                    continue
                numbers, marks = quoted.setdefault(passage_id, ([], []))
                numbers.append(number)
                marks.append((at, at + len(quote)))
        shown = tuple(_quote(numbers, passages[p], marks) for p, (numbers, marks) in quoted.items())
        note = "Some of what I quoted has been changed or taken out since." if changed else ""
        return Reply(Card("Word for word", note, quotes=shown))

    def helpful(self, press: Press) -> Reply:
        """Thanks for a thumb up."""
        return self._feedback(press, Feedback(press.ref, press.caller.person, helpful=True))

    def not_helpful(self, press: Press) -> Reply:
        """What was the matter with an answer, and a way on."""
        reason = press.fields.get("reason", "other")
        known = reason if reason in dict(REASONS) else "other"
        words = press.fields.get("words", "").strip()[:2_000]
        return self._feedback(press, Feedback(press.ref, press.caller.person, False, known, words))

    def share(self, press: Press) -> Reply:
        """Show a private answer to the place, if all in it may read what it was made from."""
        caller = press.caller
        answer = self.visible(press.ref, caller)
        if answer is None:
            return Reply(GONE)
        if not caller.place:
            return Reply(Card("There is nobody to share this with", "Only you and I are here."))
        if not self._audience.covers([caller.place], answer.told_of):
            unsure = caller.place in self._catalog.places.unsure()
            return Reply(Card("This can't be shared here", _READERS_UNKNOWN if unsure else _NOT_ALL_READ))
        if not still_stands(self._catalog, answer):
            return Reply(Card("This can't be shared any more", f"{WITHDRAWN} Ask again, and share that."))
        self._catalog.answers.publish(answer.trace_id, caller.thread, caller.heard_in)
        rows = stored_sources(self._catalog, answer)
        card = Card(
            shortened(answer.question, 140),
            "\n\n".join([answer.text, *self._said_beneath(answer, caller.place)]),
            rows,
            buttons=buttons_under(answer.trace_id, refused=False, shareable=False),
        )
        # Once, however often it is pressed; where it was taken away since, once more.
        key = f"share:{answer.trace_id}:{caller.place}:{answer.saved.timestamp():.6f}"
        delivery = Delivery(caller.place, card, key=key, since=answer.saved)
        return Reply(Card("Shared with the channel"), elsewhere=(delivery,))

    def _said_beneath(self, answer: StoredAnswer, place: str) -> list[str]:
        """The doubts and notes of an answer, as far as all in a place may read them."""
        trace = self._catalog.conversations.trace(answer.trace_id)
        steps: Mapping[str, Any] = trace.steps if trace else {}
        told = ("notes", "caveats") if self._audience.covers([place], answer.spaces) else ("caveats",)
        return [sentence for name in told for sentence in steps.get(name, ())]

    def why(self, command: Command) -> Reply:
        """How the last answer here came about: in plain words, for admins with every step."""
        answer = self._last(command.caller)
        trace = self._catalog.conversations.trace(answer.trace_id) if answer else None
        if answer is None or trace is None:
            return Reply(Card("Nothing to explain yet", "Ask me something first."))
        text = "\n\n".join(_in_plain_words(answer, trace.steps))
        case = self._triaged(answer.trace_id, command.caller) or Card("")
        rows = case.rows
        if self._audience.role(command.caller) is Role.ADMIN:
            rows += _steps(trace.steps, trace.timings_ms)
        title = f"How I answered “{shortened(answer.question, 100)}”"
        return Reply(Card(title, text, rows, people=case.people))

    def _last(self, caller: Caller) -> StoredAnswer | None:
        """The caller's own last answer, or the place's where that is newer."""
        own = self._catalog.answers.asked_by(caller.person, 1)
        here = self._catalog.answers.last(caller.thread) if caller.place and caller.thread else None
        found = [
            answer
            for answer in (*own, here)
            if answer and self._audience.may_see(caller, answer, searched=True)
        ]
        return max(found, key=lambda answer: answer.saved, default=None)

    def _feedback(self, press: Press, feedback: Feedback) -> Reply:
        if self.visible(press.ref, press.caller) is None:
            return Reply(GONE)
        self._catalog.answers.give_feedback(feedback)
        if feedback.helpful:
            return Reply(Card("Thank you", "Good to know that this helped."))
        if self._audience.is_outsider(press.caller):  # no person is asked for them
            return Reply(Card("Thank you for telling me", "An admin sees it with the question."))
        return Reply(
            Card(
                "Thank you for telling me",
                "An admin sees it with the question. A person may know more:",
                buttons=(Button("person", "Ask a person", press.ref),),
            )
        )


def still_stands(catalog: "Catalog", answer: StoredAnswer) -> bool:
    """Whether all that an answer quotes stands in the documents still: what was taken out is not told on."""
    passages = catalog.passages(c.passage_id for c in answer.citations)
    return all(c.passage_id in passages and c.quote in passages[c.passage_id].text for c in answer.citations)


def nearest_words(
    catalog: "Catalog", answer: StoredAnswer, readable: Collection[str]
) -> tuple[int, Row] | None:
    """The sentence that came nearest to what was refused, and the id of its passage.

    None where there is none, it no longer stands there, or it is in no space of those that are `readable`.
    """
    trace = catalog.conversations.trace(answer.trace_id) if answer.refused else None
    steps: Mapping[str, Any] = trace.steps if trace else {}
    if not (near := steps.get("nearest")):
        return None
    passage = catalog.passages([near["passage"]]).get(near["passage"])
    if passage is None or passage.source.space not in readable:
        return None
    if any(quote not in passage.text for quote in near["quotes"]):
        return None
    return passage.id, nearest_row(passage.source, near["words"])


def nearest_row(source: Source, words: str) -> Row:
    """What came nearest to what was refused, under its document."""
    return Row(named(source), f"“{words}”", web_link(source.uri))


def stored_sources(catalog: "Catalog", answer: StoredAnswer) -> tuple[Row, ...]:
    """The numbered sources of an answer that are still there, each once, and where in them it stands."""
    passages = catalog.passages(c.passage_id for c in answer.citations)
    return source_rows(
        (number, _placed(passages[passage_id], quotes))
        for (number, passage_id), quotes in _by_place(answer).items()
        if passage_id in passages
    )


def _by_place(answer: StoredAnswer) -> dict[tuple[int, int], list[str]]:
    """What an answer quotes, by its number and the passage."""
    quotes: dict[tuple[int, int], list[str]] = {}
    for citation in answer.citations:
        quotes.setdefault((citation.number, citation.passage_id), []).append(citation.quote)
    return quotes


def _placed(passage: Passage, quotes: Sequence[str]) -> Passage:
    """The passage with the page, row or heading at which these words of it stand."""
    source, at = passage.source, stands_at(quotes, passage.text) or 0
    return replace(passage, source=replace(source, locator=source.locator.at(at)))


def source_rows(numbered: Iterable[tuple[int, Passage]]) -> tuple[Row, ...]:
    """Numbered sources, each once: title › heading, age, link."""
    rows: dict[int, Row] = {}
    for number, passage in numbered:
        if number not in rows:
            source = passage.source
            old = age(source.modified) if source.modified else ""
            rows[number] = Row(f"[{number}] {named(source)}", old, web_link(source.uri))
    return tuple(rows[number] for number in sorted(rows))


def _quote(numbers: Sequence[int], passage: Passage, marks: Sequence[tuple[int, int]]) -> Quote:
    """A passage under the numbers that it has in the answer: several where its parts are cited apart."""
    told = dict.fromkeys(numbers)
    source = replace(passage.source, locator=passage.source.locator.at(min(marks)[0]))
    title = named(source) if len(told) == 1 else shortened(source.title or source.document, 150)
    old = f" · {age(source.modified)}" if source.modified else ""
    label = f"{' '.join(f'[{number}]' for number in told)} {title}{old}"
    return Quote(label, passage.text, _merged(marks), web_link(source.uri))


def _merged(marks: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Marks in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _in_plain_words(answer: StoredAnswer, steps: Mapping[str, Any]) -> list[str]:
    evidence = steps.get("evidence") or {}
    candidates = steps.get("candidates") or []
    if answer.refused and not candidates:
        return ["I read no question for the documents in that, so I searched nothing."]
    said = [f"I searched the documents in {listed(answer.spaces)}."]
    if candidates:
        best = list(dict.fromkeys(f"“{candidate['document']}”" for candidate in candidates))[:3]
        said.append(f"What fitted best was in {', '.join(best)}.")
    if reranker := steps.get("reranker"):
        failed = "failed" in reranker
        said.append(
            "The model that should put it in order failed, so it stayed as the search had it."
            if failed
            else "A model that reads each passage with the question put it in order."
        )
    confidence, threshold = evidence.get("confidence"), evidence.get("threshold")
    if confidence is not None and threshold is not None:
        said.append(
            f"I was {confidence:.0%} sure that the answer is in there, and I answer from {threshold:.0%} on."
        )
    if answer.refused:
        said.append("So I gave no answer, rather than guess.")
    else:
        numbers = len({citation.number for citation in answer.citations})
        said.append(
            f"Each sentence stands in {'its source' if numbers == 1 else f'one of {numbers} sources'}, "
            "and I checked it against the words there."
        )
    for told in steps.get("disagreements") or []:
        newer = f", and [{told['first']}] is the newer one" if told["dated"] else ""
        said.append(
            f"Sources [{told['first']}] and [{told['other']}] contradict each other{newer}: I tell both."
        )
    if further := list(dict.fromkeys(f"“{told['document']}”" for told in steps.get("untold") or [])):
        says = "says" if len(further) == 1 else "say"
        said.append(f"{listed(further)} {says} something else again, which I did not tell.")
    dropped = len((steps.get("check") or {}).get("dropped") or [])
    if dropped:
        said.append(f"I left out {count(dropped, 'sentence')} that I could not back.")
    return said


def _steps(steps: Mapping[str, Any], timings_ms: Mapping[str, float]) -> tuple[Row, ...]:
    rows = [Row("Words searched for", ", ".join(steps.get("terms") or []) or "none")]
    for candidate in (steps.get("candidates") or [])[:_EXPLAINED]:
        scores = " · ".join(f"{name} {candidate[name]:.2f}" for name in _SCORES if name in candidate)
        rows.append(Row(f"{candidate['document']} {candidate['place']}".strip(), scores))
    if reranker := steps.get("reranker"):
        became = f"failed: {reranker['failed']}" if "failed" in reranker else "put them in order"
        rows.append(Row("Reranker", f"{reranker['by']} {became}"))
    evidence = steps.get("evidence") or {}
    signals = " · ".join(
        f"{name} {value:.2f}" for name, value in evidence.items() if not isinstance(value, bool)
    )
    rows.append(Row("Evidence", signals))
    rows.append(Row("Milliseconds", " · ".join(f"{name} {spent:.0f}" for name, spent in timings_ms.items())))
    return tuple(rows)
