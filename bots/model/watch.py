"""The language model, for those who look after it: in the chats' `status`, and as a service of `serve`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bots.settings import Settings

if TYPE_CHECKING:
    from bots.desk.cards import Row
    from bots.serving.services import Service
    from brain.brain import Brain


def model_services(settings: Settings) -> "list[Service]":
    """What watches the model: something only where it is a server of its own."""
    if settings.answerer != "server":
        return []
    from bots.model.answerer import choice
    from bots.serving.model_health import ModelHealth
    from brain.answering.factory import server_health

    return [ModelHealth(lambda: server_health(choice(settings)))]


def model_rows(settings: Settings, brain: "Callable[[], Brain]") -> "Callable[[], Sequence[Row]]":
    """What makes the rows about the model, when `status` is asked for."""

    def rows() -> "Sequence[Row]":
        if settings.answerer == "extractive":
            return ()
        from bots.desk.cards import Row
        from bots.model.status import status_of, summary

        return (Row("Model", summary(status_of(settings, brain().answerer))),)

    return rows
