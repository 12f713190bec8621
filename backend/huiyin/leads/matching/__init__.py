"""Search and links (串并) without plaintext."""
