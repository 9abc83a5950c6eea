"""An answer that a language model writes: its prompt, its claims, and what backs each of them."""
