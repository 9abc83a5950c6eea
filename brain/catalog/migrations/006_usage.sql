-- What was asked since a day is looked up without reading all that ever was.
CREATE INDEX traces_saved ON traces (saved);
