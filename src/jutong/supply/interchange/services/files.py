"""The catalogue as files and as a feed: what the asking subject may see anyway, written in the format asked for."""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Final, cast

from django.conf import settings

from jutong.foundation.audit import api as audit
from jutong.foundation.files import api as kept_files
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import local_day
from jutong.kernel.errors import NotFound
from jutong.kernel.policy import Subject
from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.interchange import queries
from jutong.supply.interchange.adapters import child, sheets
from jutong.supply.interchange.domain import dcat, rdf
from jutong.supply.interchange.domain.errors import NoMarkedCopy, TooManyToWrite
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.values import ImportState, SheetFormat

_CHUNK: Final = 500
_SPOOLED_BYTES: Final = 2 * 1024 * 1024


class Wanted(StrEnum):
    """Which entries a file holds (导出范围)."""

    PUBLISHED = "published"  # 已发布目录
    DRAFTS = "drafts"  # 本部门编制中的目录

    @property
    def label(self) -> str:
        return N_("已发布目录") if self is Wanted.PUBLISHED else N_("编制中的目录")


def write_file(*, form: SheetFormat, wanted: Wanted, provider: str, by: Subject, at: datetime) -> tuple[BinaryIO, int]:
    """A file of the entries the subject may see, of one provider where given; drafts always of his own department.

    The file stands at its beginning; with it comes how many entries it has.

    Raises TooManyToWrite.
    """
    limit = rulebook.parameter("interchange.entries_max", on=local_day(at)).whole()
    provider = by.organisation if wanted is Wanted.DRAFTS else provider
    count = (
        catalogue.drafts_count(by=by, provider=provider)
        if wanted is Wanted.DRAFTS
        else catalogue.published_count(by=by, provider=provider)
    )
    if count > limit:
        raise TooManyToWrite(count=count, limit=limit)
    entries = _drafts(by, provider) if wanted is Wanted.DRAFTS else _published(by, provider)
    file = _spool()
    if form is SheetFormat.XLSX:
        written = sheets.write_xlsx(file, entries)
    elif form is SheetFormat.CSV:
        written = sheets.write_csv(file, list(entries))
    else:
        written = sheets.write_json(file, entries)
    audit.record_export(
        "interchange.catalogue", by=by, at=at, rows=written, kind=form.value, filters=[wanted.value, provider]
    )
    file.seek(0)
    return file, written


def _spool() -> BinaryIO:
    # Whoever answers with it closes it.
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES))


def write_template() -> BinaryIO:
    """The empty template with the sheet that tells how to fill it in; the file stands at its beginning."""
    file = _spool()
    sheets.write_xlsx(file, [], with_guide=True)
    file.seek(0)
    return file


def _published(by: Subject, provider: str) -> Iterator[Written]:
    offset = 0
    while page := catalogue.published_page(by=by, provider=provider, offset=offset, limit=_CHUNK):
        names = organisations.titles({found.resource.provider_uscc for found in page})
        for found in page:
            resource = found.resource
            name = names.get(resource.provider_uscc, "")
            yield Written(resource.content, name, resource.code, resource.published_on)
        offset += _CHUNK


def _drafts(by: Subject, provider: str) -> Iterator[Written]:
    name = organisations.titles([provider]).get(provider, "")
    offset = 0
    while page := catalogue.drafts_page(by=by, provider=provider, offset=offset, limit=_CHUNK):
        for code, content in page:
            yield Written(content, name, code)
        offset += _CHUNK


# --- The marked copy -------------------------------------------------------------------------------------------------


def write_marked(*, import_no: str, by: Subject, at: datetime) -> BinaryIO:
    """The rows of an import's file with its faults marked; the file stands at its beginning.

    Raises NoSuchImport, NoMarkedCopy.
    """
    row = queries.get_import(import_no, by)
    if row.state != ImportState.FAULTY or row.format == SheetFormat.JSON:
        raise NoMarkedCopy
    faults = [queries.fault_of(each) for each in queries.faults(row, hinders=True)]
    rows_limit = rulebook.parameter("interchange.rows_max", on=local_day(at)).whole()
    file = _spool()
    with kept_files.open_file(row.digest) as content:
        answers = child.ask(content, command="grid", format=row.format, rows_limit=rows_limit)
        grid = ((line["sheet"], line["number"], line["row"]) for line in answers if "row" in line)
        sheets.write_marked(file, grid, faults)
    file.seek(0)
    return file


# --- DCAT ------------------------------------------------------------------------------------------------------------


class GraphFormat(StrEnum):
    """How a graph is written."""

    JSON_LD = "jsonld"
    TURTLE = "ttl"

    @property
    def media_type(self) -> str:
        return "application/ld+json" if self is GraphFormat.JSON_LD else "text/turtle"


def write_graph(nodes: list[rdf.Node], form: GraphFormat) -> str:
    """The text of a graph."""
    return rdf.json_ld(nodes) if form is GraphFormat.JSON_LD else rdf.turtle(nodes)


def resource_graph(code: str, *, by: Subject) -> list[rdf.Node]:
    """One published resource.

    Raises NoSuchResource: none, or not for this subject; ResourceNotPublished.
    """
    resource = catalogue.view_resource(code, by=by)
    found = catalogue.find_published(resource.code, by=by)
    if found is None:
        raise catalogue.ResourceNotPublished(resource=resource.code)
    each = dcat.Published(found.resource, found.published_at, found.opened)
    return rdf.merged(dcat.dataset_nodes(each, _around([each], bureau="")))


def feed_page(number: int, *, by: Subject, at: datetime) -> list[rdf.Node]:
    """A page of the feed for harvesters: published resources open to society, in the order of their making.

    Raises NotFound: no such page.
    """
    size = rulebook.parameter("interchange.feed_page", on=local_day(at)).whole()
    page = dcat.Page(number, size, catalogue.published_count(by=by, open_only=True))
    if number > page.last:
        raise NotFound
    found = [
        dcat.Published(each.resource, each.published_at, each.opened)
        for each in catalogue.published_page(by=by, open_only=True, offset=(number - 1) * size, limit=size)
    ]
    return dcat.catalog_nodes(found, page, _around(found, bureau=organisations.bureau()))


def _around(found: list[dcat.Published], *, bureau: str) -> dcat.Surroundings:
    """Names for some resources, and for the bureau where the graph is of the whole catalogue."""
    providers: Mapping[str, str] = organisations.titles({each.resource.provider_uscc for each in found} | {bureau})
    codes = {each.resource.content.classification for each in found}
    return dcat.Surroundings(settings.JUTONG_BASE_URL, bureau, providers, catalogue.classification_names(codes))
