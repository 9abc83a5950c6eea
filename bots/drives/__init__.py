"""What commands do with drives, and which of them a person means."""
