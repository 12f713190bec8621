"""Sealed identity and its desk (ADR 0028)."""
