"""The doors: terminal, Slack and Discord, all before one Desk."""
