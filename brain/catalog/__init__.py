"""The truth: one SQLite file that holds documents, passages, vectors, spaces and conversations."""
