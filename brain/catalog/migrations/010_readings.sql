-- Which reading made what is stored of a document, or failed at a file: the readers' mark. It is empty where
-- an older citewise read it. The ledger is read from its index alone.
ALTER TABLE documents ADD COLUMN reading TEXT NOT NULL DEFAULT '';
ALTER TABLE failures ADD COLUMN reading TEXT NOT NULL DEFAULT '';
DROP INDEX documents_ledger;
CREATE INDEX documents_ledger ON documents (
    drive_id, path, removed, size, mtime_ns, content_hash, etag, identity, reading
);
-- Documents that other readings made are found without looking at those that are up to date.
CREATE INDEX documents_reading ON documents (drive_id, reading, path) WHERE removed IS NULL;
