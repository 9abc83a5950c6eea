"""Reading plain text: sentences, words and quotes, without any model."""
