"""The newest and changed resources as an Atom feed (目录更新订阅), for reader programs: what is open to society."""

import re
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

from django.conf import settings

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.readers.queries import THE_PUBLIC

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
# What no XML file can hold.
_UNFIT: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(*, at: datetime) -> bytes:
    """The feed, whoever asks: published resources open to society, those published last first.

    An entry is the same as long as its resource is; its `updated` moves with each version.
    """
    most = rulebook.parameter("readers.feed_entries", on=local_day(at)).whole()
    found = catalogue.latest_published(by=THE_PUBLIC, open_only=True, limit=most)
    bureau = organisations.bureau()
    names = organisations.titles({each.resource.provider_uscc for each in found} | {bureau})
    base = settings.JUTONG_BASE_URL.rstrip("/")
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    here = f"{base}/api/v1/readers/feed"
    _text(feed, "id", here)
    _text(feed, "title", "政务数据资源目录：新发布和更新")
    _text(feed, "updated", (found[0].published_at if found else at).isoformat())
    _author(feed, names.get(bureau, ""))
    _link(feed, "self", here, MEDIA_TYPE)
    _link(feed, "alternate", f"{base}/catalogue/", "text/html")
    for each in found:
        resource = each.resource
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        address = f"{base}/catalogue/resources/{resource.code}/"
        _text(entry, "id", address)
        _text(entry, "title", resource.title)
        _text(entry, "updated", each.published_at.isoformat())
        _author(entry, names.get(resource.provider_uscc, resource.provider_uscc))
        _link(entry, "alternate", address, "text/html")
        _text(entry, "summary", resource.content.summary)
        words = "新发布" if resource.version == 1 else f"更新为第 {resource.version} 版"
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": resource.code.partition("/")[0], "label": words})
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = _UNFIT.sub("", words)


def _author(parent: ElementTree.Element, name: str) -> None:
    _text(ElementTree.SubElement(parent, f"{{{ATOM}}}author"), "name", name)


def _link(parent: ElementTree.Element, relation: str, address: str, kind: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": address, "type": kind})
