"""Ended terms: a secondment is over or an account closed, and what its officer answered for passes on."""
