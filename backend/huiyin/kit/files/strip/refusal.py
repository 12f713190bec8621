"""Why a copy without metadata could not be made."""


class CannotStrip(Exception):
    """The document is of a kind, or in a state, of which no such copy can be promised."""
