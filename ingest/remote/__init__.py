"""Drives on other machines, through fsspec: listed and compared, fetched one file at a time.

`folder` knows fsspec in general and nothing of a protocol; each back end (`smb`, `sftp`, `webdav`, `s3`,
`gcs`, `azure`) is a short description of one: how an address and credentials become a connection, what its
listings mean, and what its errors mean for people.
"""
