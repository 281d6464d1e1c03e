"""A small register for tests: three divisions instead of eighteen thousand, and the organisations of the start data."""

from datetime import datetime

from jutong.registry.organisations import api as organisations
from jutong.registry.organisations.models import Region


def lay_down_small_register(at: datetime) -> None:
    """The region and two of its cities, and the organisations every platform starts with."""
    for code, name, level, parent in (
        ("450000", "广西壮族自治区", 1, ""),
        ("450100", "南宁市", 2, "450000"),
        ("450200", "柳州市", 2, "450000"),
    ):
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_code": parent})
    organisations.ensure_start_data(at=at)
