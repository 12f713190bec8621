"""The tip's tables, texts and subjects."""
