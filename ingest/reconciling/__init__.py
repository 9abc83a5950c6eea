"""What differs between a drive and the catalog, what of it must wait, and what follows from it."""
