"""Text as people type it, and its words."""
