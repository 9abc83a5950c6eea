"""Tickets in a chat: what they are about, how urgent they are, what was done before, what may be replied."""
