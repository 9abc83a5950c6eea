"""Web pages and sites as drives: fetched politely, within limits, from addresses that were checked."""
