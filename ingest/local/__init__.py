"""Folders and files of this machine as drives, with what its file systems say of rights and mounts."""
