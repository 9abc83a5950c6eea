-- Which spaces a turn was answered from: its words return only to those who may still read all of them.
ALTER TABLE turns ADD COLUMN spaces TEXT NOT NULL DEFAULT '[]';

-- What a button under an answer needs when it is pressed weeks later.
CREATE TABLE answers (
    trace_id TEXT PRIMARY KEY REFERENCES traces (id) ON DELETE CASCADE,
    spaces TEXT NOT NULL,
    cited TEXT NOT NULL,
    refused INTEGER NOT NULL,
    citations TEXT NOT NULL,
    nearest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX traces_asker ON traces (asker, saved);

CREATE TABLE feedback (
    trace_id TEXT NOT NULL,
    person TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    given TEXT NOT NULL,
    PRIMARY KEY (trace_id, person)
) WITHOUT ROWID;

-- Who helps where the documents don't, and the places where plain questions are answered unasked.
CREATE TABLE support (
    space_id INTEGER PRIMARY KEY REFERENCES spaces (id),
    principal TEXT NOT NULL
);
CREATE TABLE auto_answer (
    principal TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE handoffs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_id TEXT NOT NULL,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    space TEXT NOT NULL,
    support TEXT NOT NULL,
    question TEXT NOT NULL,
    state TEXT NOT NULL,
    thread TEXT NOT NULL DEFAULT '',
    helper TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    opened TEXT NOT NULL,
    UNIQUE (trace_id, person)
);
CREATE INDEX handoffs_thread ON handoffs (thread);

-- Files that were handed to the bot and lie nowhere else: their bytes belong to the truth.
CREATE TABLE added_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    uri TEXT NOT NULL,
    added TEXT NOT NULL,
    listed INTEGER NOT NULL
);
CREATE UNIQUE INDEX added_files_listed ON added_files (space_id, name) WHERE listed = 1;

-- Changes that people make from a chat: proposed, confirmed, done; the last done one can be taken back.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT NOT NULL,
    space TEXT NOT NULL,
    title TEXT NOT NULL,
    target TEXT NOT NULL,
    noted TEXT NOT NULL
);
CREATE INDEX changes_state ON changes (state, id);

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
);
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;

-- Every event of a chat, from its arrival to its one visible answer.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    event TEXT NOT NULL,
    message TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    place TEXT NOT NULL,
    thread TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    turned_away TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    posted TEXT NOT NULL DEFAULT '',
    received REAL NOT NULL,
    due REAL NOT NULL,
    UNIQUE (platform, event)
);
CREATE UNIQUE INDEX inbox_message ON inbox (platform, message) WHERE message <> '';
CREATE INDEX inbox_open ON inbox (state, id) WHERE state <> 'done';
CREATE INDEX inbox_thread ON inbox (thread, id);
CREATE INDEX inbox_person ON inbox (person, received);
CREATE INDEX inbox_place ON inbox (place, received);
