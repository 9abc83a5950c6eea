"""A tuned model to take elsewhere: its adapter merged in, as safetensors and as GGUF."""
