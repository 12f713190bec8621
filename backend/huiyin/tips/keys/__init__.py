"""Keys of desk and agencies, and their custodians (ADR 0036)."""
