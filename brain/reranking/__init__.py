"""A cross-encoder reads each question together with the best passages and puts these in order: optional."""
