"""The classification tree every installation starts with; names and numbers of 项 stand in the rule pack."""

from datetime import datetime
from typing import Final

from jutong.foundation.rulebook import api as rulebook
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, services

SECTIONS: Final = {
    "101": ("人口基础信息", "人口业务信息"),
    "102": ("行政", "事业", "企业", "社会团体"),
    "103": ("自然资源", "空间地理"),
    "104": ("法人信用", "自然人信用"),
    "105": ("证照", "批文"),
    "201": ("行政审批许可", "便民服务事项"),
    "203": ("社会保险", "社会救助"),
}
"""Sections (目) that the Guide names or that its words divide into; other divisions of classes 1 and 2 get one
general section, because a code needs one (our default)."""

GENERAL: Final = ("综合",)


def ensure_start_data(*, at: datetime) -> None:
    """Lay down classes, divisions, sections and a section for each organisation; what is there stays as it is."""
    there = set(models.Classification.objects.values_list("code", flat=True))
    for entry in rulebook.code_list("resource_class").entries:
        _add(entry.code, entry.name, there)
    for entry in rulebook.code_list("division").entries:
        _add(entry.code, entry.name, there)
        if not entry.code.startswith("3"):
            for number, name in enumerate(SECTIONS.get(entry.code, GENERAL), start=1):
                _add(f"{entry.code}{number:03d}", name, there)
    with_section = set(models.Classification.objects.exclude(owner_uscc="").values_list("owner_uscc", flat=True))
    for organisation in organisations.departments():
        if organisation.uscc not in with_section:
            services.ensure_section(provider_uscc=organisation.uscc)


def _add(code: str, name: str, there: set[str]) -> None:
    if code in there:
        return
    above = domain.parent_code(code)
    parent = models.Classification.objects.get(code=above) if above else None
    models.Classification.objects.create(code=code, parent=parent, grade=domain.grade_of(code), name=name)
    there.add(code)
