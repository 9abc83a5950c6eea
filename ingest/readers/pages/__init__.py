"""What is laid out on pages, letter by letter: PDFs, scans and pictures."""
