-- Since when nothing refers to a key. It goes a day later: an ingest that was told that it has a vector may
-- be about to use it.
ALTER TABLE vector_keys ADD COLUMN orphaned TEXT;
CREATE INDEX vector_keys_orphaned ON vector_keys (orphaned) WHERE orphaned NOTNULL;
