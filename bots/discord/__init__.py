"""The Discord door: translates Discord's events for the Desk, and what the Desk says into Discord's messages.

The library of the same name is always meant by `import discord`; this package is `bots.discord`.
"""
