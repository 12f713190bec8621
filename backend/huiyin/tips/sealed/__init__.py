"""Sealed tips (ADR 0034)."""
