-- What of a document could not be read, in sentences, one a line.
ALTER TABLE documents ADD COLUMN left_out TEXT NOT NULL DEFAULT '';
