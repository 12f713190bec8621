"""One lead's page and its timeline."""
