-- Whoever asks for a person under an answer that was handed over already waits for the same hand-off.
CREATE TABLE handoff_others (
    handoff_id INTEGER NOT NULL REFERENCES handoffs (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (handoff_id, person)
);

-- Where its card and the reminder's stand, in the words of the door that placed them.
ALTER TABLE handoffs ADD COLUMN card TEXT NOT NULL DEFAULT '';
ALTER TABLE handoffs ADD COLUMN reminder_card TEXT NOT NULL DEFAULT '';
