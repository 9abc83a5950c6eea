"""Marked-up text: Markdown, HTML, reStructuredText, AsciiDoc, Org."""
