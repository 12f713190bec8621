"""Makes what a test needs: one file a noun. Rows go in as the schema's owner; leads move by their verbs alone."""
