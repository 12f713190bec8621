"""Another system's records, line by line."""
