"""Run `python tests/bots/parity.py` to write docs/doors.md: each feature and door, with the test of it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parents[1] / "docs/doors.md"
FILES = {"terminal": "test_*.py", "slack": "slack/test_*.py", "discord": "discord/test_*.py"}


@dataclass(frozen=True)
class Proved:
    """A door has it: `how` in its own way, shown by a test (its name without `test_`)."""

    how: str
    test: str


@dataclass(frozen=True)
class Gap:
    """A door lacks it, for a reason."""

    why: str


@dataclass(frozen=True)
class Feature:
    name: str
    terminal: Proved | Gap
    slack: Proved | Gap
    discord: Proved | Gap

    @property
    def cells(self) -> dict[str, Proved | Gap]:
        return {"terminal": self.terminal, "slack": self.slack, "discord": self.discord}


_ALONE = Gap("one person sits at a terminal, who owns the home")
_NO_BUTTONS = Gap("nothing to press; the words `quotes`, `why` and a number do what can be done alone")
_MANAGED = "`citewise documents`, `drives`, `ingest`"
_LIST = Proved(_MANAGED, "documents_are_listed_shown_and_removed")

_TRIAGED = "a_ticket_from_triage_to_its_end_and_the_next_one_like_it"
_CASES = "open_cases_are_listed_where_they_are_and_shown_by_number"
_NOT_SUPPORT = "who_is_not_support_gets_a_no_and_nothing_is_fetched"
_OWN_MESSAGE = "where_the_bot_is_not_a_member_the_menus_own_message_is_used_and_that_is_said"

FEATURES = (
    Feature(
        "The same questions, answers, sources, refusals",
        Proved("`citewise chat`", "the_same_conversation_goes_through_every_door"),
        Proved("direct message", "the_same_conversation_goes_through_every_door"),
        Proved("direct message", "the_same_conversation_goes_through_every_door"),
    ),
    Feature(
        "Asking where others see it",
        _ALONE,
        Proved(
            "mention, answered in a thread", "a_mention_is_answered_once_in_a_thread_with_sources_and_buttons"
        ),
        Proved("mention, answered as a reply", "a_mention_is_answered_once_with_sources_and_buttons"),
    ),
    Feature(
        "Following up",
        Proved("just go on", "a_conversation_over_a_pipe"),
        Proved("in the thread, no mention", "a_thread_goes_on_without_a_mention_and_others_are_left_alone"),
        Proved("reply to the answer", "a_reply_to_the_answer_goes_on_and_replies_to_people_do_not"),
    ),
    Feature(
        "Following up in a thread without a mention",
        _ALONE,
        Proved("always", "a_thread_goes_on_without_a_mention_and_others_are_left_alone"),
        Proved(
            "with `DISCORD_MESSAGE_CONTENT` (a privileged intent)",
            "with_the_content_intent_threads_go_on_and_forums_answer_by_themselves",
        ),
    ),
    Feature(
        "A thread for each question",
        _ALONE,
        Proved("always", "a_mention_is_answered_once_in_a_thread_with_sources_and_buttons"),
        Proved("where `DISCORD_THREADS` says so", "a_channel_can_have_a_thread_for_each_question"),
    ),
    Feature(
        "Forum posts",
        _ALONE,
        Gap("Slack has no forums"),
        Proved("answered in the post", "without_the_intent_a_mention_in_a_forum_post_is_answered_there"),
    ),
    Feature(
        "Direct messages, with one's groups or roles",
        Proved("`--as USER` shows what another would get", "nobody_reads_a_space_that_is_not_theirs"),
        Proved("user groups", "a_direct_message_uses_what_the_person_may_read"),
        Proved("roles", "a_direct_message_uses_the_roles_that_the_person_has_in_the_server"),
    ),
    Feature(
        "`ask`: a private answer, shared on request",
        _ALONE,
        Proved("`/citewise ask`, **Share**", "a_private_answer_can_be_shared"),
        Proved("`/citewise ask`, **Share**", "a_private_answer_can_be_shared"),
    ),
    Feature(
        "“I can tell you more in a direct message”",
        _ALONE,
        Proved("to the asker alone, in place", "that_there_is_more_is_told_to_the_asker_alone"),
        Proved("to the asker, in a direct message", "that_there_is_more_is_told_to_the_asker_alone"),
    ),
    Feature(
        "Answering unasked, when sure",
        _ALONE,
        Proved("`spaces auto on`", "plain_questions_are_answered_where_an_admin_switched_it_on"),
        Proved(
            "`spaces change:auto on`, with `DISCORD_MESSAGE_CONTENT`",
            "with_the_content_intent_threads_go_on_and_forums_answer_by_themselves",
        ),
    ),
    Feature(
        "An edited question is answered anew, a deleted one takes its answer along",
        Gap("what was typed stays"),
        Proved(
            "in place", "an_edited_question_is_answered_in_place_and_a_deleted_one_takes_its_answer_along"
        ),
        Proved(
            "in place", "an_edited_question_is_answered_in_place_and_a_deleted_one_takes_its_answer_along"
        ),
    ),
    Feature(
        "A message that is edited into a command is done as one",
        Gap("what was typed stays"),
        Proved("in place of the old answer", "what_an_edit_makes_a_command_is_done_and_no_question"),
        Proved("in place of the old answer", "what_an_edit_makes_a_command_is_done_and_no_question"),
    ),
    Feature(
        "**Show quotes**, the answer's words marked",
        Proved("`quotes`, a number", "the_whole_passage_marks_the_quoted_words"),
        Proved("to who pressed", "quotes_are_shown_to_who_pressed_with_the_words_marked"),
        Proved("to who pressed", "quotes_are_shown_to_who_pressed_with_the_words_marked"),
    ),
    Feature(
        "**Helpful**, **Not helpful** with a reason",
        _NO_BUTTONS,
        Proved("thumbs, form", "thumbs_are_kept_and_down_asks_why"),
        Proved(
            "buttons, form, after a restart too", "thumbs_are_kept_and_down_asks_why_even_after_a_restart"
        ),
    ),
    Feature(
        "**Ask a person**, whose answer becomes a document",
        _NO_BUTTONS,
        Proved("in the thread", "a_question_goes_to_a_person_and_comes_back_as_a_document"),
        Proved("by reply or form", "a_question_goes_to_a_person_and_comes_back_as_a_document"),
    ),
    Feature(
        "Whoever asked is called when a person answers, and when nobody does",
        _NO_BUTTONS,
        Proved("by name, in the thread", "a_question_that_nobody_answers_is_brought_up_once_more"),
        Proved("by a mention, in a reply", "a_question_that_nobody_answers_is_brought_up_once_more"),
    ),
    Feature(
        "Asking a group of people",
        _ALONE,
        Proved("user groups", "a_user_group_is_asked_in_a_conversation_of_its_own"),
        Gap("Discord lets a bot write to no role: name a channel or forum"),
    ),
    Feature(
        "`why`, `help`, `documents`, `status`, `spaces`, `history`, `undo`, `remove`",
        _LIST,
        Proved("`/citewise …`", "every_verb_answers_and_admins_alone_change"),
        Proved("`/citewise …`", "verbs_answer_privately_and_admins_verbs_only_to_admins"),
    ),
    Feature(
        "`gaps`: what people asked and the documents lack",
        Proved("`citewise gaps`, `citewise usage`", "what_was_not_found_is_a_gap_until_a_document_says_it"),
        Proved("`/citewise gaps`, Home tab", "every_verb_answers_and_admins_alone_change"),
        Proved("`/citewise gaps`", "verbs_answer_privately_and_admins_verbs_only_to_admins"),
    ),
    Feature(
        "The weekly digest for admins",
        Proved("`citewise digest`", "what_was_not_found_is_a_gap_until_a_document_says_it"),
        Proved("to a channel, or each admin", "the_digest_comes_once_whatever_is_stopped_when"),
        Proved("to a channel, or each admin", "the_digest_comes_once_whatever_is_stopped_when"),
    ),
    Feature(
        "`add` a file, with a preview",
        Proved(_MANAGED, "ingest_tells_what_changed_and_what_could_not_be_read"),
        Proved("sent with the word `add`", "a_file_with_the_word_add_is_previewed_and_added"),
        Proved("option of the command, or the word `add`", "a_file_is_previewed_moved_added_and_taken_back"),
    ),
    Feature(
        "`add` a page from a form",
        Proved("`citewise ingest URL`", "ingest_tells_what_changed_and_what_could_not_be_read"),
        Proved("form", "bare_add_and_remove_open_forms"),
        Proved("form, or option of the command", "bare_add_opens_a_form"),
    ),
    Feature(
        "Documents and spaces offered while typing",
        Gap("the shell has none for them"),
        Gap("Slack's commands offer nothing while typing; forms do"),
        Proved("autocomplete", "documents_and_spaces_are_offered_while_an_admin_types"),
    ),
    Feature(
        "Menu **Add to knowledge base** on a message",
        _ALONE,
        Proved("message shortcut", "a_message_becomes_a_document_that_cites_it"),
        Proved("message menu", "a_message_becomes_a_document_that_cites_it"),
    ),
    Feature(
        "A page to begin from",
        Proved("`citewise chat` greets and explains", "a_conversation_on_a_terminal"),
        Proved("Home tab, suggested prompts", "opening_the_bot_shows_home_and_prompts_from_the_documents"),
        Gap("Discord gives bots none; `/citewise help` says what there is"),
    ),
    Feature(
        "Nothing from a document becomes live",
        Proved("control characters are dropped", "nothing_from_a_document_reaches_the_terminal_alive"),
        Proved("rich text only", "nothing_from_a_document_becomes_live"),
        Proved("markup, mentions, addresses inert", "nothing_from_a_document_becomes_live"),
    ),
    Feature(
        "One answer for each question, through crashes",
        Gap("whoever waits at a terminal asks again"),
        Proved("SIGKILL", "a_killed_process_loses_and_doubles_nothing"),
        Proved("SIGKILL, RESUME", "a_small_soak_with_everything_that_goes_wrong_at_once"),
    ),
    Feature(
        "Those who wait are told",
        Gap("nobody else is before the one who sits there"),
        Proved("status below the thread", "those_who_wait_see_how_many_are_before_them"),
        Proved(
            "⏳ on the question, words under a command",
            "questions_that_wait_are_marked_until_they_are_answered",
        ),
    ),
    Feature(
        "Too many questions get a polite no",
        _ALONE,
        Proved("per person and channel", "people_who_ask_too_much_are_told_politely"),
        Proved("per person and channel", "people_who_ask_too_much_are_told_politely"),
    ),
    Feature(
        "`citewise doctor` finds faults of the set-up",
        Gap("nothing to set up"),
        Proved("tokens, scopes, channels", "each_fault_is_named"),
        Proved("token, intents, commands, permissions", "each_fault_is_told_with_its_remedy"),
    ),
    Feature(
        "`triage` a ticket: category, urgency, summary, similar cases, owner, a reply with sources",
        Proved("`citewise triage`", "a_ticket_is_triaged_at_the_terminal_and_nothing_of_it_is_kept"),
        Proved("mention in its thread, shown to one person alone", _TRIAGED),
        Proved("`/citewise triage` in its thread; a mention is answered directly", _TRIAGED),
    ),
    Feature(
        "Menu **Triage with sources** on a message",
        _ALONE,
        Proved("message shortcut", "the_menu_of_any_message_brings_its_whole_thread"),
        Proved("message menu", "the_command_and_the_menus_of_a_thread_bring_the_same_case"),
    ),
    Feature(
        "What a ticket is",
        Proved("the words given, or a file", "a_ticket_comes_from_a_file_too"),
        Proved("the thread", "a_mention_in_a_thread_brings_its_messages_as_plain_words"),
        Proved(
            "the thread or post; elsewhere a message with those that it replies to",
            "elsewhere_a_message_is_a_ticket_with_those_that_it_replies_to",
        ),
    ),
    Feature(
        "What of it can't be read is told, with what would help",
        Gap("its words are given with the command"),
        Proved("where the bot is no member", _OWN_MESSAGE),
        Proved(
            "without `DISCORD_MESSAGE_CONTENT`, or without the permissions",
            "without_the_intent_what_can_be_read_is_used_and_the_rest_is_told",
        ),
    ),
    Feature(
        "**Send reply**, **Edit**: into the thread once, through crashes, whoever presses",
        Gap("a terminal stands in no thread that could be told"),
        Proved("SIGKILL, two presses at once", "a_process_killed_while_it_sends_a_reply_sends_it_once"),
        Proved("SIGKILL, two presses at once", "a_process_killed_while_it_sends_a_reply_sends_it_once"),
    ),
    Feature(
        "**Assign** a ticket to a person, who is told",
        Gap("people are picked and told in their chat"),
        Proved("a form with Slack's choice of people", _TRIAGED),
        Proved("a form with Discord's choice of people", _TRIAGED),
    ),
    Feature(
        "**Resolve** it, with what solved it",
        Proved("`citewise cases resolve`", "cases_are_listed_shown_closed_and_deleted"),
        Proved("form", _TRIAGED),
        Proved("form", _TRIAGED),
    ),
    Feature(
        "The open cases, and one by its number",
        Proved("`citewise cases`", "cases_are_listed_shown_closed_and_deleted"),
        Proved("`/citewise triage`, `triage 12`", _CASES),
        Proved("`/citewise triage`, with `case`", _CASES),
    ),
    Feature(
        "A ticket is triaged by support alone, from what its place may read",
        Proved("`--as USER`", "a_ticket_is_triaged_as_somebody_who_may_read_less"),
        Proved("a polite no, and nothing is fetched", _NOT_SUPPORT),
        Proved("a polite no, and nothing is fetched", _NOT_SUPPORT),
    ),
    Feature(
        "Nothing from a ticket becomes live",
        Proved("control characters are dropped", "names_of_a_chat_do_not_paint_the_screen"),
        Proved("rich text only", "nothing_from_a_ticket_becomes_live"),
        Proved("markup, mentions, addresses inert", "nothing_from_a_ticket_becomes_live"),
    ),
)


def proofs_of(door: str) -> set[str]:
    """The names of a door's tests, and of those that all doors share."""
    found = set[str]()
    for path in (*TESTS.glob(FILES[door]), TESTS / "slack/test_doors.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found.add(node.name.removeprefix("test_"))
    return found


def page() -> str:
    """The table as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What each door offers"
    yield ""
    yield "Written by `python tests/bots/parity.py`; a test holds it against the tests that prove each cell,"
    yield "and `tests/bots/slack/test_doors.py` takes one conversation through every door. — marks a gap."
    yield ""
    yield "| | terminal | Slack | Discord |"
    yield "| --- | --- | --- | --- |"
    for feature in FEATURES:
        shown = [f"— {c.why}" if isinstance(c, Gap) else c.how for c in feature.cells.values()]
        yield f"| {feature.name} | {' | '.join(shown)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
