"""Adapting Phi-3 to a company's documents: LoRA and QLoRA on transformers and PEFT."""
