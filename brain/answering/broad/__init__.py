"""Answers to broad questions: the gist of a document or topic, and things side by side."""
