"""The language model as the settings choose it: what answers, with which adapter, and how it is."""
