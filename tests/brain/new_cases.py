"""A case as tests open it."""

from brain.catalog.tickets.cases import NewCase


def new(thread: str = "chat:1:t1", place: str = "chat:channel:1", **changes: object) -> NewCase:
    fields: dict[str, object] = {
        "thread": thread,
        "place": place,
        "origin": f"{place}/{thread}",
        "link": "https://chat.example/1",
        "text": "The VPN is down for me",
        "question": "VPN is down",
        "summary": ("The VPN is down for me",),
        "trace_id": "trace-1",
        "category": "vpn",
        "urgency": 2,
        "owner": "chat:user:ann",
        "opened_by": "chat:user:sue",
    }
    return NewCase(**{**fields, **changes})  # type: ignore[arg-type]
