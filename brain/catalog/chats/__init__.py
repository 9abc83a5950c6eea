"""What the chats need to get over a crash: events, hand-offs, proposed changes, small facts."""
