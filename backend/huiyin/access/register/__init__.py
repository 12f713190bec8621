"""The register of agencies, officers and accounts."""
