"""What people ask, how it was answered, and what the documents lack."""
