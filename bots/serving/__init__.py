"""One process that keeps a home open: its services, and the control API that commands reach it by."""
