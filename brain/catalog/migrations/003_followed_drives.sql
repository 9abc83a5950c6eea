-- The source's own name for a file, the same after a move. The ledger is read from the index alone.
ALTER TABLE documents ADD COLUMN identity TEXT NOT NULL DEFAULT '';
DROP INDEX documents_ledger;
CREATE INDEX documents_ledger ON documents (
    drive_id, path, removed, size, mtime_ns, content_hash, etag, identity
);
-- Equal files are embedded once.
CREATE INDEX documents_content ON documents (content_hash) WHERE removed IS NULL;

-- How a drive is followed and how that goes. Times are seconds since 1970: they are compared, not shown.
ALTER TABLE drives ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE drives ADD COLUMN cursor TEXT NOT NULL DEFAULT '';
ALTER TABLE drives ADD COLUMN state TEXT NOT NULL DEFAULT 'ok';
ALTER TABLE drives ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE drives ADD COLUMN since TEXT;
-- Documents whose removal waits for a person, and how many a person has let go.
ALTER TABLE drives ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drives ADD COLUMN allowed INTEGER NOT NULL DEFAULT 0;
-- JSON of the last full reconcile, and of how far the pass over contents has come.
ALTER TABLE drives ADD COLUMN reconciled TEXT NOT NULL DEFAULT '';
ALTER TABLE drives ADD COLUMN checked TEXT NOT NULL DEFAULT '';

-- Seconds from a change on the drive to its being answerable; only the last ones of a drive are kept.
CREATE TABLE lags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    drive_id INTEGER NOT NULL REFERENCES drives (id) ON DELETE CASCADE,
    seconds REAL NOT NULL
);
CREATE INDEX lags_drive ON lags (drive_id, id);

-- How often reading a file was tried, and when it is tried again: never, where there is no time.
ALTER TABLE failures ADD COLUMN tries INTEGER NOT NULL DEFAULT 1;
ALTER TABLE failures ADD COLUMN next_try REAL;
UPDATE failures SET next_try = 0 WHERE retryable;
