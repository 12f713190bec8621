"""Regions, agencies, officers, roles, sessions and permissions."""
