"""What writers make of unseen rows and questions: answered, scored, compared, reported."""
