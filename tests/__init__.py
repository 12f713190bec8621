"""Tests mirror the package: tests/leads tests huiyin.leads."""
