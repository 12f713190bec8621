"""Reporting channels: where people may report."""
