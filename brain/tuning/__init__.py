"""Adapting Phi-3 to a company's documents: LoRA and QLoRA on transformers and PEFT."""

import brain.phi3  # noqa: F401 it keeps the libraries that tuning imports offline
