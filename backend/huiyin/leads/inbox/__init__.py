"""The list of leads, its counts, views and live updates."""
