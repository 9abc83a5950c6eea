"""The brain: from a question and an audience to a cited answer or an honest refusal."""
