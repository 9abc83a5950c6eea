"""Ingest: from files and pages to passages in the catalog."""
