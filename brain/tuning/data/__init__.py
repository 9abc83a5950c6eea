"""Making a citing set from the catalog: questions, verified answers, distractors, a split without leaks."""
