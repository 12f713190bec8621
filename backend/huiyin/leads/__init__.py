"""Leads: lifecycle, assignment, verification and review."""
