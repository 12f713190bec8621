"""The lead's tables, texts and who may not see it."""
