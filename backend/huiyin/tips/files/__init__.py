"""Attachments: stored, looked at, cleaned."""
