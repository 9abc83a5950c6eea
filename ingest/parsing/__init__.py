"""Readers at work in processes of their own, and what they send back."""
