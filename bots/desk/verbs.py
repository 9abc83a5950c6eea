"""The verbs that people write, and who may use them: one table for every door, its help and its commands."""

from dataclasses import dataclass

from bots.desk.audience import Role


@dataclass(frozen=True, slots=True)
class Verb:
    """A word with what follows it. `who` is the least that someone must be to use it."""

    name: str
    usage: str
    who: Role
    does: str


VERBS = (
    Verb("ask", "<question>", Role.ALL, "A private answer, which you may share"),
    Verb("why", "", Role.ALL, "How the last answer here came about"),
    Verb(
        "triage",
        "[list | number]",
        Role.SUPPORT,
        "In a thread: what it is about, how urgent, who takes it, and a reply with sources",
    ),
    Verb("add", "<address> [to <space>]", Role.ADMIN, "Adds a page, or files sent with the word"),
    Verb("documents", "[words]", Role.ADMIN, "What is indexed, such as `documents travel`"),
    Verb("remove", "<document>", Role.ADMIN, "Takes a document out, after a yes"),
    Verb("undo", "", Role.ADMIN, "Takes the last change back"),
    Verb("history", "[document]", Role.ADMIN, "The last changes, or a document's versions"),
    Verb("gaps", "[days]", Role.ADMIN, "What people asked and the documents lack"),
    Verb("status", "", Role.ADMIN, "Drives, failures, stale documents, queue, index"),
    Verb("spaces", "[change]", Role.ADMIN, "Who reads what, such as `spaces allow hr here`"),
    Verb("help", "", Role.ALL, "This"),
)
