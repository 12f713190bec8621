"""Templates of the verification checklist, as versioned data (ADR 0024)."""
