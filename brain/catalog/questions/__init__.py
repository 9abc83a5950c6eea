"""What was asked and answered: kept for threads, buttons and admins, and forgotten for good."""
