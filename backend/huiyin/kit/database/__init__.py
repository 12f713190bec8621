"""Sessions, tables and the server."""
