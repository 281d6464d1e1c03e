"""What every template finds: the nonce, the site, the menu, the subject. Worked out when asked for."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from jutong.kernel.policy import POST_NAMES, Subject
from jutong.ui import navigation, slots
from jutong.ui.site import SECRECY_NOTICE, Site, site

ELDER_COOKIE = "jutong-elder"


class Page:
    """The frame around a page, as `ui` in templates."""

    secrecy_notice = SECRECY_NOTICE

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def site(self) -> Site:
        return site()

    @cached_property
    def subject(self) -> Subject:
        return navigation.subject_of(self.request)

    @cached_property
    def post_name(self) -> str:
        """The post the person acts in, and how, in the language of the page."""
        name = gettext(POST_NAMES[self.subject.post])
        if self.subject.standby:
            return gettext("{post}（B 角待命）").format(post=name)
        return gettext("{post}（代）").format(post=name) if self.subject.deputy else name

    @cached_property
    def menus(self) -> tuple[navigation.Menu, ...]:
        return navigation.menus(self.request)

    @cached_property
    def person_links(self) -> tuple[navigation.Link, ...]:
        return navigation.person_links(self.request)

    @cached_property
    def doors(self) -> dict[str, str]:
        """Addresses of the layout's own doors; one that no room has plugged is empty."""
        return {name: navigation.door(name) for name in navigation.DOORS}

    @cached_property
    def bell(self) -> str:
        """The address that answers with the bell and its count; empty while no room rings it."""
        found = slots.panels("every", "bell", self.subject)
        return found[0].url({}) if found else ""

    @cached_property
    def posts(self) -> str:
        """The address that answers with the posts the person can switch to."""
        found = slots.panels("every", "posts", self.subject)
        return found[0].url({}) if found else ""

    @cached_property
    def elder(self) -> bool:
        """Larger letters and plainer pages are wished for (适老版)."""
        return self.request.COOKIES.get(ELDER_COOKIE) == "1"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `ui`, and `csp_nonce` for the script and style elements of this page."""
    return {"ui": Page(request), "csp_nonce": getattr(request, "csp_nonce", "")}
