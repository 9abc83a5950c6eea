-- The place whose people heard a question. Of those from before nobody knows it, so that their words are shown nowhere else.
ALTER TABLE answers ADD COLUMN place TEXT NOT NULL DEFAULT '';
