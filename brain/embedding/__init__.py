"""Texts become vectors: MiniLM on this machine by default, or any LangChain embeddings that are set."""
