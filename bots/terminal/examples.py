"""What `--help` shows of each command in use. A test holds every line against the command's own options."""

EXAMPLES = {
    "": (
        "citewise demo                       # an invented company, to try it",
        "citewise ingest ~/handbook          # take in documents of your own",
        'citewise ask "May I work from abroad?"',
        "citewise drives add /srv/handbook   # follow a folder (citewise serve)",
        "citewise doctor                     # what is wrong, and how to mend it",
    ),
    "demo": ("citewise demo",),
    "ingest": (
        "citewise ingest ~/handbook",
        "citewise ingest /srv/hr --space hr",
        "citewise ingest https://example.org/docs/sitemap.xml",
        "citewise ingest --retry ~/handbook   # those that could not be read, too",
    ),
    "chat": ("citewise chat", "citewise chat --space hr --as slack:user:U024BE7LH"),
    "ask": (
        'citewise ask "How many days of leave do we get?"',
        'citewise ask "What does the Harbour plan cost?" --quotes',
        'citewise ask "What is the notice period?" --as slack:user:U024BE7LH',
    ),
    "search": ('citewise search "parental leave" --limit 3',),
    "why": ("citewise why            # the last answer", "citewise why 12345abcde # an earlier one"),
    "ask-batch": ("citewise ask-batch questions.jsonl --out predictions.jsonl",),
    "triage": (
        'citewise triage "The VPN shows error 809 since this morning. It is urgent."',
        "citewise triage - < ticket.txt",
    ),
    "cases": ("citewise cases", "citewise cases show 12"),
    "cases list": ("citewise cases list --all", "citewise cases list --place slack:channel:C024BE91L"),
    "cases show": ("citewise cases show 12",),
    "cases resolve": ('citewise cases resolve 12 "The hotel blocks UDP port 500: a hotspot helped."',),
    "cases remove": ("citewise cases remove 12",),
    "categories": ('citewise categories add vpn "Connecting from outside"', "citewise categories"),
    "categories list": ("citewise categories list",),
    "categories add": (
        'citewise categories add vpn "Connecting from outside: error 809, hotspots"',
        "citewise categories add vpn --owner slack:user:U024BE7LH",
    ),
    "categories remove": ("citewise categories remove vpn",),
    "categories learn": ("citewise categories learn tickets.csv",),
    "categories eval": ("citewise categories eval other-tickets.csv",),
    "documents": (
        "citewise documents",
        "citewise documents list travel policy",
        "citewise documents show hr/leave.pdf",
    ),
    "documents list": (
        "citewise documents list travel policy",
        "citewise documents list --space hr --json",
    ),
    "documents show": ("citewise documents show hr/leave.pdf", "citewise documents show 12"),
    "documents remove": ("citewise documents remove hr/leave-2019.pdf",),
    "documents history": ("citewise documents history hr/leave.pdf",),
    "documents stale": ("citewise documents stale --before 730d",),
    "drives": ("citewise drives add /srv/handbook", "citewise drives", "citewise drives sync"),
    "drives list": ("citewise drives list",),
    "drives add": (
        "citewise drives add /srv/handbook",
        "citewise drives add /mnt/hr --space hr --every 15m --marker .mounted",
        'citewise drives add smb://files.example.org/docs --exclude "drafts/"',
    ),
    "drives sync": ("citewise drives sync", "citewise drives sync /srv/handbook --watch"),
    "drives confirm": ("citewise drives confirm /srv/handbook", "citewise drives confirm 3"),
    "drives retry": ("citewise drives retry", "citewise drives retry 3 hr/leave.pdf"),
    "drives remove": ("citewise drives remove /srv/handbook", "citewise drives remove 3"),
    "spaces": (
        "citewise spaces create hr",
        "citewise spaces allow hr slack:user:U024BE7LH",
        "citewise spaces",
    ),
    "spaces list": ("citewise spaces list",),
    "spaces create": ("citewise spaces create hr",),
    "spaces allow": (
        "citewise spaces allow hr slack:user:U024BE7LH slack:channel:C024BE91L",
        "citewise spaces allow hr discord:role:80351110224678912",
    ),
    "spaces deny": ("citewise spaces deny hr slack:user:U024BE7LH",),
    "gaps": ("citewise gaps", "citewise gaps --since 90d --limit 50"),
    "usage": ("citewise usage", "citewise usage --since 365d --by month --plot usage.png"),
    "digest": ("citewise digest", "citewise digest --for slack:channel:C024BE91L"),
    "forget": ("citewise forget questions --before 365d", "citewise forget person slack:user:U024BE7LH"),
    "forget questions": ("citewise forget questions --before 365d",),
    "forget person": ("citewise forget person slack:user:U024BE7LH",),
    "forget documents": ("citewise forget documents --before 90d",),
    "audit": ("citewise audit", "citewise audit --verify"),
    "serve": ("citewise serve", "citewise serve --log-format json"),
    "health": ("citewise health", "citewise health --ready"),
    "doctor": ("citewise doctor",),
    "eval": (
        "citewise eval questions.jsonl",
        "citewise eval questions.jsonl --by kind --plot risk.png",
        "citewise eval questions.jsonl --against predictions.jsonl",
    ),
    "tune": (
        "citewise tune data",
        "citewise tune train",
        "citewise tune eval run-1",
        "citewise tune promote run-1",
        "citewise tune rollback",
    ),
    "tune data": ("citewise tune data", "citewise tune data --preview 5 --part held-out"),
    "tune train": (
        "citewise tune train",
        "citewise tune train --name careful --method qlora --learning-rate 1e-4",
    ),
    "tune eval": (
        "citewise tune eval run-1",
        "citewise tune eval run-1 --questions questions.jsonl",
    ),
    "tune promote": ("citewise tune promote run-1",),
    "tune rollback": (
        "citewise tune rollback       # the version before",
        "citewise tune rollback none  # the base model",
    ),
    "tune list": ("citewise tune list",),
    "tune status": ("citewise tune status",),
    "tune export": (
        "citewise tune export --to /models/phi3-ours",
        "citewise tune export 3 --to /models/phi3-ours --format gguf --quantize q8_0",
    ),
    "tune serve-command": ("citewise tune serve-command --port 8000",),
    "model": ("citewise model status",),
    "model status": ("citewise model status", "citewise model status --load"),
    "verify": ("citewise verify",),
    "rebuild": ("citewise rebuild", "citewise rebuild --embed-again  # after CITEWISE_EMBEDDINGS changed"),
    "backup": ("citewise backup /var/backups/citewise.db",),
    "restore": ("citewise restore /var/backups/citewise.db",),
    "completion": (
        'eval "$(citewise completion bash)"   # a line in ~/.bashrc',
        'eval "$(citewise completion zsh)"    # a line in ~/.zshrc',
        "citewise completion fish > ~/.config/fish/completions/citewise.fish",
    ),
}


def epilog(path: str) -> str | None:
    """The examples as they stand below a command's options; `path` is its name, such as "drives add"."""
    lines = EXAMPLES.get(path)
    if not lines:
        return None
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])


def one(path: str) -> str:
    """The first example, without its remark; "" where there is none."""
    first, *_ = EXAMPLES.get(path, ("",))
    return first.partition("  #")[0].rstrip()
