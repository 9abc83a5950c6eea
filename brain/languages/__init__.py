"""Languages other than English: what each of them is known by, and how it asks, counts and joins words."""
