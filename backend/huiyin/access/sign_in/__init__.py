"""Signing in: password, second factor, passkeys, an identity provider."""
