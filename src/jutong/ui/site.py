"""Who stands behind the site: what the header and the footer name. The settings hold it as `UI_SITE`."""

from dataclasses import dataclass

from django.conf import settings

from jutong.kernel.text import N_

SECRECY_NOTICE = N_("本平台为非涉密平台，严禁存储、处理、传输国家秘密和工作秘密")

PENDING = N_("待填")
"""What stands where the operator has not yet given a number."""


@dataclass(frozen=True, slots=True)
class Site:
    """Names and numbers of the site (网站标识). The numbers are place-holders until the operator has real ones."""

    brand: str = N_("聚通")
    title: str = N_("政务数据共享平台")
    host: str = N_("广西壮族自治区大数据发展局")
    operator: str = N_("广西壮族自治区信息中心")
    site_code: str = PENDING
    icp_number: str = PENDING
    police_number: str = PENDING
    telephone: str = PENDING


def site() -> Site:
    """The site of these settings."""
    found: Site = getattr(settings, "UI_SITE", None) or Site()
    return found
