"""The classification tree: grades, parents, and where a department has its section. Pure."""

from collections.abc import Iterable
from typing import Final

from jutong.kernel.codes.resource_code import ClassificationCode, ResourceClass
from jutong.registry.organisations.values import OrganisationKind
from jutong.supply.catalogue.domain.errors import ClassificationFull


def grade_of(code: str) -> int:
    """1 for a class, 2 for a division, 3 for a section, 4 for a detail. Raises ResourceCodeError for anything else."""
    if code in set(map(str, ResourceClass)):
        return 1
    if len(code) == 3:
        # A division is no full classification code; a section behind it makes it one to be checked.
        ClassificationCode.parse(f"{code}001")
        return 2
    return 3 if not ClassificationCode.parse(code).detail_code else 4


def parent_code(code: str) -> str:
    """The node right above: of a detail the section, because how details are cut is the provider's own plan.

    Raises ResourceCodeError.
    """
    return {1: "", 2: code[:1], 3: code[:3], 4: code[:6]}[grade_of(code)]


_ORGAN_DIVISIONS: Final = (
    ("监察", "323"),
    ("纪律检查", "323"),
    ("人民代表大会", "302"),
    ("人大", "302"),
    ("政治协商", "304"),
    ("政协", "304"),
    ("检察院", "306"),
    ("法院", "305"),
)


def division_of(kind: OrganisationKind, region_code: str, name: str) -> str:
    """The division (项) of the department class in which an organisation has its section. Guide 5.3.1(2).

    Cities and what lies in them go by city; other organs by what their name says, the Party's by default (ours).
    """
    if city := int(region_code[2:4]):
        # Guangxi's fourteen cities follow in the order of GB/T 2260 from 307.
        return f"{306 + city}"
    if kind is OrganisationKind.OTHER_ORGAN:
        return next((division for word, division in _ORGAN_DIVISIONS if word in name), "301")
    return {OrganisationKind.MASS_ORGANISATION: "321", OrganisationKind.CENTRAL_ORGAN: "322"}.get(kind, "303")


def parent_among(code: str, known: Iterable[str]) -> str:
    """The node right above a new one: of a detail the longest known code that begins it, so that 细目 may have any
    depth; of everything else as `parent_code` says.

    Raises ResourceCodeError.
    """
    above = parent_code(code)
    if grade_of(code) < 4:
        return above
    return max(
        (each for each in known if code.startswith(each) and len(above) <= len(each) < len(code)),
        default=above,
        key=len,
    )


def free_section(division: str, taken: Iterable[str]) -> str:
    """The lowest free section code under a division: `303` → `303001`.

    Raises ClassificationFull: all 999 are taken.
    """
    used = set(taken)
    for number in range(1, 1000):
        code = f"{division}{number:03d}"
        if code not in used:
            return code
    raise ClassificationFull(division=division)
