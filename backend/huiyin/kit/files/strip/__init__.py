"""Copies of documents without what they say of their makers, made in a process of its own that can reach nothing."""
