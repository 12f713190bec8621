"""Clocks (时限): what is due when, by which rule, for whom."""
