"""Phi-3 in this process: its weights, its adapters, and generation that is fast on one GPU."""
