"""Tickets that were triaged: cases, their categories, and what they are compared by."""
