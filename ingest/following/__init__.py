"""Drives that are kept in step: a thread a drive, woken by events, by the clock, or by a person."""
