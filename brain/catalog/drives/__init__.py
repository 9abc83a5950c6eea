"""What the catalog knows of drives and of the files that lie on them."""
