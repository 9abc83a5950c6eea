"""`citewise tune`: a module a command, what its runs show while they go on, and how its figures look."""
