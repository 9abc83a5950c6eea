"""A LoRA or QLoRA run: its rows and settings, how a step is computed, and where it stands on disk."""
