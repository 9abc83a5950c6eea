"""A GGUF model on processor cores, through llama.cpp."""
