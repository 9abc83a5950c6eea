"""What happens to followed drives, one line each: an event's name, then key=value with the values as JSON.

A record's `fields` hold the same apart, for a log that writes lines of its own.
"""

import json
import logging

LOG = logging.getLogger("citewise.drives")
LOG.addHandler(logging.NullHandler())  # whoever runs this says where the lines go


def note(event: str, *, level: int = logging.INFO, **values: object) -> None:
    """Log one line, such as `synced drive=3 added=2 seconds=0.4`; never a document's words."""
    if LOG.isEnabledFor(level):
        pairs = " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
        LOG.log(level, "%s %s", event, pairs, extra={"fields": {"event": event, **values}})
