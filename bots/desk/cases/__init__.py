"""Tickets at the Desk: triaged, shown as cards, replied to, handed on and closed."""
