"""Expiry, holds, corrections and exoneration (ADR 0031)."""
