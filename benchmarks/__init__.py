"""Measurements beside plain LangChain + Chroma; run each as a module from the repository's root."""
