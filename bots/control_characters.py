"""Characters that are no text, and that a terminal or a chat would obey."""

import re

# All but tab and newline, and the marks that turn the direction of text around.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
