"""The lead's machine: its verbs and what they do."""
