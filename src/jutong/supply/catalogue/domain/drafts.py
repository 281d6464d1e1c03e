"""Numbers of drafts. Pure."""


def draft_number(year: int, count: int) -> str:
    """Number of a draft (草稿编号): CG, the year, and a count of at least four digits from 1."""
    return f"CG{year}{count:04d}"
