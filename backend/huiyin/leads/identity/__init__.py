"""Asking for a reporter's identity (ADR 0028)."""
