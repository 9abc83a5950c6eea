"""The Slack door: translates Slack's events for the Desk, and what the Desk says into Slack's messages."""
