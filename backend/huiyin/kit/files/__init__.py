"""Files and objects."""
