"""The terminal door: commands, chat, and how answers look on a screen."""
