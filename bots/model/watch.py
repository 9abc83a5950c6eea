"""The models behind the answers, for those who look after them: rows of the chats' `status`, and services."""

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
    """What makes the rows about the models that are set, when `status` is asked for."""

    def rows() -> "Sequence[Row]":
        from bots.desk.cards import Row

        found = []
        if settings.answerer != "extractive":
            from bots.model.status import status_of, summary

            found.append(Row("Model", summary(status_of(settings, brain().answerer))))
        if settings.reranker is not None and (reranker := brain().reranker) is not None:
            from bots.model import cross_encoders

            found.append(Row("Reranker", cross_encoders.summary(reranker.state())))
        return tuple(found)

    return rows
