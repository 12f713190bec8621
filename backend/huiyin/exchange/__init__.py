"""Other agencies' systems: what they send us in bulk."""
