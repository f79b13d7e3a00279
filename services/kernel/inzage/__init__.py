"""Finding a message back and understanding it: search, timeline, findings with their place, trials."""
