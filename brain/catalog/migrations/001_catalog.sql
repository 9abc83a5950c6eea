CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE spaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL
);

CREATE TABLE grants (
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    principal TEXT NOT NULL,
    granted TEXT NOT NULL,
    PRIMARY KEY (space_id, principal)
) WITHOUT ROWID;

CREATE TABLE drives (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    watched INTEGER NOT NULL,
    added TEXT NOT NULL,
    removed TEXT,
    UNIQUE (url, space_id)
);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    drive_id INTEGER NOT NULL REFERENCES drives (id),
    path TEXT NOT NULL,
    uri TEXT NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT,
    indexed TEXT NOT NULL,
    version INTEGER NOT NULL,
    removed TEXT
);
-- A removed document stays until it is forgotten, so only the living ones own their path. The index
-- carries what a scan compares, so that a drive's ledger is read from it alone.
CREATE UNIQUE INDEX documents_living ON documents (drive_id, path) WHERE removed IS NULL;
CREATE INDEX documents_ledger ON documents (drive_id, path, removed, size, mtime_ns, content_hash, etag);
CREATE INDEX documents_space ON documents (space_id, removed);

CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    created TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    characters INTEGER NOT NULL,
    deflated BLOB,
    UNIQUE (document_id, number)
);

-- One row for each string that was ever embedded; passages with the same string share its vector.
CREATE TABLE vector_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE
);

CREATE TABLE embedders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL,
    active INTEGER NOT NULL
);
CREATE UNIQUE INDEX embedders_active ON embedders (active) WHERE active = 1;

CREATE TABLE vectors (
    embedder_id INTEGER NOT NULL REFERENCES embedders (id) ON DELETE CASCADE,
    key_id INTEGER NOT NULL REFERENCES vector_keys (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (key_id, embedder_id)
);

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    table_header TEXT NOT NULL,
    locator TEXT NOT NULL,
    key_id INTEGER NOT NULL REFERENCES vector_keys (id)
);
CREATE INDEX passages_document ON passages (document_id, ordinal);
CREATE INDEX passages_key ON passages (key_id);

-- What an earlier version was made of; its words stand in versions.deflated.
CREATE TABLE past_passages (
    version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    context TEXT NOT NULL,
    table_header TEXT NOT NULL,
    locator TEXT NOT NULL,
    key_id INTEGER NOT NULL REFERENCES vector_keys (id),
    PRIMARY KEY (version_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX past_passages_key ON past_passages (key_id);

CREATE TABLE failures (
    drive_id INTEGER NOT NULL REFERENCES drives (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    sentence TEXT NOT NULL,
    detail TEXT NOT NULL,
    retryable INTEGER NOT NULL,
    failed TEXT NOT NULL,
    PRIMARY KEY (drive_id, path)
) WITHOUT ROWID;

CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    space_id INTEGER NOT NULL,
    target INTEGER NOT NULL
);

CREATE TABLE traces (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL,
    asker TEXT NOT NULL,
    question TEXT NOT NULL,
    standalone TEXT NOT NULL,
    answer TEXT NOT NULL,
    steps TEXT NOT NULL,
    timings_ms TEXT NOT NULL,
    saved TEXT NOT NULL
);
CREATE INDEX traces_thread ON traces (thread, saved);

CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    asked TEXT NOT NULL
);
CREATE INDEX turns_thread ON turns (thread, id);
