"""Models that read two texts together: one puts passages in order, another tells what they entail."""
