-- What tickets can be about, and who takes those of a kind.
CREATE TABLE categories (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    owner TEXT NOT NULL
) WITHOUT ROWID;

-- Tickets that were triaged, and labelled messages of earlier ones (state 'example'), which tell categories.
CREATE TABLE cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    thread TEXT NOT NULL,
    place TEXT NOT NULL,
    origin TEXT NOT NULL,
    link TEXT NOT NULL,
    text TEXT NOT NULL,
    question TEXT NOT NULL,
    summary TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    category TEXT NOT NULL,
    category_by TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    urgency_by TEXT NOT NULL,
    owner TEXT NOT NULL,
    owner_by TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT NOT NULL,
    reply_by TEXT NOT NULL,
    reply_at TEXT NOT NULL,
    resolution TEXT NOT NULL,
    resolved_by TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened TEXT NOT NULL,
    changed TEXT NOT NULL,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE UNIQUE INDEX cases_thread ON cases (thread) WHERE thread <> '';
CREATE INDEX cases_place ON cases (place, state);
