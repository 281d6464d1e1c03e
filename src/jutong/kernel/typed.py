"""What somebody typed, as it is kept. Pure."""

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_


class TextTooLong(JutongError):
    """A text is longer than the platform keeps."""

    message = N_("内容过长，最多 {limit} 字。")


def fitting(text: str, limit: int, *, field: str) -> str:
    """A text without blanks around it. Raises TextTooLong: nothing that was typed is cut in silence."""
    text = text.strip()
    if len(text) > limit:
        raise TextTooLong(field=field, limit=limit)
    return text
