"""Marking of texts for translation where Django must not be imported."""


def N_(message: str) -> str:
    """Mark a Chinese source text for the message catalogues; faces translate it when they show it."""
    return message


class Term(str):
    """A marked text among an error's details: it is translated with the message."""

    __slots__ = ()
