"""What `huiyin` does beside serving: searching anew, new keys, what expires; each a command of its own."""
