"""The classification tree every installation starts with; names and numbers of 项 stand in the rule pack."""

from collections.abc import Mapping
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
    nodes = {node.code: node for node in models.Classification.objects.all()}
    classes = {entry.code: entry.name for entry in rulebook.code_list("resource_class").entries}
    divisions = {entry.code: entry.name for entry in rulebook.code_list("division").entries}
    sections = {
        f"{division}{number:03d}": name
        for division in divisions
        if not division.startswith("3")
        for number, name in enumerate(SECTIONS.get(division, GENERAL), start=1)
    }
    for names in (classes, divisions, sections):
        _add(names, nodes)
    owners = {node.owner_uscc for node in nodes.values()}
    for organisation in organisations.departments():
        if organisation.uscc not in owners:
            services.ensure_section(provider_uscc=organisation.uscc)


def _add(names: Mapping[str, str], nodes: dict[str, models.Classification]) -> None:
    """Add the nodes of one grade that are not there; the grade above is."""
    missing = [
        models.Classification(
            code=code, parent=nodes.get(domain.parent_code(code)), grade=domain.grade_of(code), name=name
        )
        for code, name in names.items()
        if code not in nodes
    ]
    nodes.update({node.code: node for node in models.Classification.objects.bulk_create(missing)})
