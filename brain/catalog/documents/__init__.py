"""Documents, their passages and vectors, and what the indexes have to do about them."""
