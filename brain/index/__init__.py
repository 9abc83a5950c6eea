"""What is searched: vectors in Chroma and words in FTS5, both derived from the catalog and replaceable."""
