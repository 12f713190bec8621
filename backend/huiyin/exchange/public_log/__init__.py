"""The public log: served, checked, witnessed."""
