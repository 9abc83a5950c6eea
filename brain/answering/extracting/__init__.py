"""An answer in the documents' own sentences: what is asked for, which say it, how they are joined."""
