"""From passages to a cited answer: choose, trim, join, check."""
