"""What the chat doors share: the inbox and its events, threads, forms, and running as a service."""
