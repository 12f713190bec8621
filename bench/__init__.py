"""Measurements, each against a bare reference in the same run. Nothing here is asserted in a test."""
