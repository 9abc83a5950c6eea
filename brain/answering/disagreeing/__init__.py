"""Where the documents don't agree: the same thing said elsewhere with another figure, or the opposite."""
