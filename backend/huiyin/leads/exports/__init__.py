"""What leaves the system as sheets (ADR 0033)."""
