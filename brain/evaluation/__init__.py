"""How good the answers are: questions with known answers in, a table of metrics with intervals out."""
