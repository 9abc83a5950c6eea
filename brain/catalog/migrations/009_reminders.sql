-- When somebody took a hand-off, when those who have it were reminded, and the conversation that follows from that.
ALTER TABLE handoffs ADD COLUMN taken TEXT NOT NULL DEFAULT '';
ALTER TABLE handoffs ADD COLUMN reminded TEXT NOT NULL DEFAULT '';
ALTER TABLE handoffs ADD COLUMN reminder_thread TEXT NOT NULL DEFAULT '';
CREATE INDEX handoffs_reminder_thread ON handoffs (reminder_thread);

-- What has lain for long when this comes is not dug out.
UPDATE handoffs SET reminded = opened WHERE opened < datetime('now', '-7 days');
