"""Documents at the Desk: listed, added, removed, and the last change taken back."""
