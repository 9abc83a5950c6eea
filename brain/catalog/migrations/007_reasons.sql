-- Why a case was found to be what it is, as JSON; empty for cases of before.
ALTER TABLE cases ADD COLUMN reasons TEXT NOT NULL DEFAULT '';

-- Categories whose names differ only in case are one: the one that has an owner, or else a description.
DELETE FROM categories WHERE EXISTS (
    SELECT 1 FROM categories AS kept
    WHERE lower(kept.name) = lower(categories.name) AND kept.name <> categories.name
    AND (kept.owner <> '', kept.description <> '', categories.name)
        > (categories.owner <> '', categories.description <> '', kept.name)
);
UPDATE cases SET category = coalesce(
    (SELECT name FROM categories WHERE lower(name) = lower(cases.category)),
    (SELECT min(same.category) FROM cases AS same WHERE lower(same.category) = lower(cases.category))
)
WHERE category IN (
    SELECT one.name FROM
        (SELECT name FROM categories UNION SELECT category FROM cases) AS one
        JOIN (SELECT name FROM categories UNION SELECT category FROM cases) AS other
        ON lower(one.name) = lower(other.name) AND one.name <> other.name
);
