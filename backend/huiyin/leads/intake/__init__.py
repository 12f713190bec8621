"""Taking tips in: the lead that a tip opens."""
