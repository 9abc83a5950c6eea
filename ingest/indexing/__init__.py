"""From a file to stored passages: read, split, embed, one transaction a document."""
