"""The workflow floor (流程): one table of verbs for every kind of matter."""
