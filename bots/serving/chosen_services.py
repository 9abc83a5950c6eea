"""What `citewise serve` keeps running, as the settings choose it."""

from bots.doors.chats import connected
from bots.model.watch import model_services
from bots.serving.drive_keeping import DriveKeeping
from bots.serving.index_check import IndexCheck
from bots.serving.notices import NoticeClock
from bots.serving.reread_files import RereadFiles
from bots.serving.retention import Retention
from bots.serving.services import Service
from bots.serving.unfinished_removals import UnfinishedRemovals
from bots.wiring import Citewise


def chosen_services(citewise: Citewise) -> tuple[list[Service], list[Service]]:
    """What answers people, to be started first, and the other services, each in its order."""
    settings = citewise.settings
    model = model_services(settings)
    chats: list[Service] = [
        *citewise.chats.services()
    ]  # a platform that is set up wrongly is told before the home is opened
    removals = UnfinishedRemovals(lambda: citewise.catalog.removals, citewise.built_index)
    # What forgets, where something is to be forgotten by its age.
    days = (settings.keep_questions, settings.keep_removed)
    retention = [Retention(lambda: citewise.catalog.forgetting, *days)] if any(days) else []
    # What says something without being asked, where there is a chat to say it in.
    platforms = connected(settings)
    notices = (
        [NoticeClock(lambda: citewise.desk.notices, lambda: citewise.catalog.inbox, platforms)]
        if platforms
        else []
    )
    return chats, [
        IndexCheck(lambda: citewise.index),
        DriveKeeping(citewise.keeper),
        removals,
        RereadFiles(lambda: citewise.library),
        *retention,
        *notices,
        *model,
    ]
