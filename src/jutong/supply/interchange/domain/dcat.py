"""Published resources as DCAT 3 in the profile DCAT-AP 3.0.1, so that data portals can harvest them.

What the profile has no word for (sharing type, condition and method, level) is kept beside it under names of our own,
because access rights alone would lose the condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from jutong.kernel.codes.sharing import ShareType, UpdateCycle
from jutong.supply.catalogue.values import DataItem, Resource, parse_format
from jutong.supply.interchange.domain.rdf import Iri, Literal, Node, chinese, merged

_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
_FREQUENCIES: Final = {
    UpdateCycle.REALTIME: "CONT",
    UpdateCycle.DAILY: "DAILY",
    UpdateCycle.WEEKLY: "WEEKLY",
    UpdateCycle.MONTHLY: "MONTHLY",
    UpdateCycle.QUARTERLY: "QUARTERLY",
    UpdateCycle.HALF_YEARLY: "ANNUAL_2",
    UpdateCycle.YEARLY: "ANNUAL",
    UpdateCycle.IRREGULAR: "IRREG",
    UpdateCycle.NEVER: "NEVER",
}
_RIGHTS: Final = {
    ShareType.UNCONDITIONAL: "RESTRICTED",
    ShareType.CONDITIONAL: "RESTRICTED",
    ShareType.NOT_SHARED: "NON_PUBLIC",
}
"""For society; among departments the sharing type says more. What is open to society is PUBLIC whatever its type."""

_FILE_TYPES: Final = {
    "csv": "CSV", "xlsx": "XLSX", "xls": "XLS", "json": "JSON", "xml": "XML", "txt": "TXT", "doc": "DOC",
    "docx": "DOCX", "html": "HTML", "pdf": "PDF", "ppt": "PPT", "jpg": "JPEG", "gif": "GIF", "bmp": "BMP",
    "png": "PNG", "tif": "TIFF", "dbf": "DBF", "access": "MDB", "mpg": "MPEG2", "mp3": "MP3", "mp4": "MP4",
}  # fmt: skip
_LANGUAGE: Final = f"{_AUTHORITY}language/ZHO"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a graph must know beside the resources: where the platform is, and how things are called.

    `providers` and `classifications` are names by code; `bureau` is the credit code of the department that keeps the
    catalogue (自治区大数据发展局).
    """

    base_url: str
    bureau: str
    providers: Mapping[str, str]
    classifications: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """A resource, the moment its present version was published, and whether society has it (开放)."""

    resource: Resource
    published_at: datetime
    opened: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of the feed this is, counted from 1, and how many resources there are in all."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


def page_address(base_url: str, number: int) -> str:
    """The address of a page of the feed."""
    return f"{base_url}/api/v1/interchange/dcat/catalog?page={number}"


def dataset_nodes(found: Published, around: Surroundings) -> list[Node]:
    """A resource as dcat:Dataset with its distributions, and the things it speaks of."""
    resource, content = found.resource, found.resource.content
    page = f"{around.base_url}/catalogue/resources/{resource.code}/"
    iri = f"{page}#dataset"
    dataset = Node(iri, ("dcat:Dataset",))
    dataset.say("dct:title", chinese(content.title)).say("dct:description", chinese(content.summary or content.title))
    dataset.say("dct:identifier", Literal(resource.code)).say("dcat:version", Literal(str(resource.version)))
    dataset.say("dct:publisher", Iri(_agent_iri(content.provider_uscc, around)))
    dataset.say("dcat:theme", Iri(_theme_iri(content.classification, around)))
    dataset.say("dct:accessRights", Iri(_rights_iri(found)))
    dataset.say("dct:language", Iri(_LANGUAGE)).say("dcat:landingPage", Iri(page))
    dataset.say("dct:accrualPeriodicity", Iri(_frequency_iri(resource.update_cycle)))
    if resource.published_on:
        dataset.say("dct:issued", Literal(resource.published_on.isoformat(), datatype="xsd:date"))
    dataset.say("dct:modified", Literal(found.published_at.isoformat(), datatype="xsd:dateTime"))
    dataset.say(
        "dct:relation",
        *(Iri(f"{around.base_url}/catalogue/resources/{code}/#dataset") for code in content.related_codes),
    )
    _say_originals(dataset, found)
    extended = _extended(content.extended, page)
    dataset.say("schema:additionalProperty", *(Iri(node.iri) for node in extended))
    distributions = _distributions(found, page)
    dataset.say("dcat:distribution", *(Iri(node.iri) for node in distributions if node.types == ("dcat:Distribution",)))
    return [dataset, *distributions, *_items(content.items, page), *extended, *_spoken_of(found, page, around)]


def _say_originals(dataset: Node, found: Published) -> None:
    resource, content = found.resource, found.resource.content
    dataset.say("jt:sharingType", Literal(str(resource.sharing_type.value), datatype="xsd:integer"))
    dataset.say("jt:sharingCondition", chinese(content.sharing_condition))
    dataset.say("jt:sharingScope", chinese(content.sharing_scope))
    dataset.say("jt:sharingMethod", *(chinese(method.label) for method in content.sharing_methods))
    dataset.say("jt:usePurpose", *(chinese(purpose.label) for purpose in content.use_purposes))
    dataset.say("jt:open", Literal("true" if found.opened else "false", datatype="xsd:boolean"))
    dataset.say("jt:openCondition", chinese(content.open_condition if found.opened else ""))
    dataset.say("jt:level", chinese(content.level.label)).say("jt:providerOffice", chinese(content.provider_office))


def _distributions(published: Published, page: str) -> list[Node]:
    resource, content = published.resource, published.resource.content
    rights = Node(f"{page}#rights", ("dct:RightsStatement",))
    terms = content.open_condition if published.opened else content.sharing_condition
    rights.say("rdfs:label", chinese(terms or resource.sharing_type.label))
    found = [rights]
    for number, text in enumerate(content.formats, start=1):
        name = parse_format(text).name
        form = _format_node(name, page, number)
        distribution = Node(f"{page}#distribution-{number}", ("dcat:Distribution",))
        distribution.say("dct:title", chinese(f"{content.title}（{name}）"))
        distribution.say("dcat:accessURL", Iri(page)).say("dct:format", Iri(form.iri))
        distribution.say("dct:rights", Iri(rights.iri)).say("jt:format", Literal(text))
        if content.items:
            distribution.say("csvw:tableSchema", Iri(f"{page}#items"))
        found += [distribution, form]
    return found


def _format_node(name: str, page: str, number: int) -> Node:
    known = _FILE_TYPES.get(name.casefold())
    iri = f"{_AUTHORITY}file-type/{known}" if known else f"{page}#format-{number}"
    return Node(iri, ("dct:MediaTypeOrExtent",)).say("rdfs:label", Literal(name))


def _items(items: Sequence[DataItem], page: str) -> list[Node]:
    if not items:
        return []
    schema = Node(f"{page}#items", ("csvw:Schema",))
    columns = []
    for number, item in enumerate(items, start=1):
        column = Node(f"{page}#item-{number}", ("csvw:Column",))
        column.say("csvw:name", Literal(item.column_name)).say("csvw:title", chinese(item.title))
        column.say("jt:dataType", Literal(item.data_type)).say("dct:description", chinese(item.note))
        column.say("jt:position", Literal(str(number), datatype="xsd:integer"))
        schema.say("csvw:column", Iri(column.iri))
        columns.append(column)
    return [schema, *columns]


def _extended(told: Mapping[str, str], page: str) -> list[Node]:
    return [
        Node(f"{page}#extended-{number}", ("schema:PropertyValue",))
        .say("schema:name", chinese(name))
        .say("schema:value", chinese(text))
        for number, (name, text) in enumerate(told.items(), start=1)
        if text
    ]


def _spoken_of(found: Published, page: str, around: Surroundings) -> list[Node]:
    resource, content = found.resource, found.resource.content
    theme = Node(_theme_iri(content.classification, around), ("skos:Concept",))
    name = around.classifications.get(content.classification, content.classification)
    theme.say("skos:prefLabel", chinese(name)).say("skos:notation", Literal(content.classification))
    theme.say("skos:inScheme", Iri(_scheme_iri(around)))
    return [
        _agent(content.provider_uscc, around),
        theme,
        _scheme(around),
        Node(page, ("foaf:Document",)),
        Node(_rights_iri(found), ("dct:RightsStatement",)),
        Node(_frequency_iri(resource.update_cycle), ("dct:Frequency",)),
        Node(_LANGUAGE, ("dct:LinguisticSystem",)),
    ]


def catalog_nodes(found: Sequence[Published], page: Page, around: Surroundings) -> list[Node]:
    """One page of the feed: the catalogue with the datasets of this page, and where the other pages are."""
    catalog = Node(f"{around.base_url}/catalogue/#catalog", ("dcat:Catalog",))
    catalog.say("dct:title", chinese("政务数据开放目录"))
    catalog.say("dct:description", chinese("各级政务部门向社会开放的政务数据资源目录。"))
    catalog.say("dct:publisher", Iri(_agent_iri(around.bureau, around))).say("dct:language", Iri(_LANGUAGE))
    catalog.say("foaf:homepage", Iri(f"{around.base_url}/catalogue/"))
    catalog.say("dcat:themeTaxonomy", Iri(_scheme_iri(around)))
    nodes = [catalog, Node(f"{around.base_url}/catalogue/", ("foaf:Document",)), _agent(around.bureau, around)]
    nodes += [Node(_LANGUAGE, ("dct:LinguisticSystem",)), _scheme(around), _view(page, around)]
    for each in found:
        parts = dataset_nodes(each, around)
        catalog.say("dcat:dataset", Iri(parts[0].iri))
        nodes += parts
    return merged(nodes)


def _view(page: Page, around: Surroundings) -> Node:
    view = Node(page_address(around.base_url, page.number), ("hydra:PagedCollection", "hydra:PartialCollectionView"))
    view.say("hydra:totalItems", Literal(str(page.total), datatype="xsd:integer"))
    view.say("hydra:itemsPerPage", Literal(str(page.size), datatype="xsd:integer"))
    numbers = {"first": 1, "last": page.last}
    if page.number > 1:
        numbers["previous"] = page.number - 1
    if page.number < page.last:
        numbers["next"] = page.number + 1
    for name, number in numbers.items():
        view.say(f"hydra:{name}", Iri(page_address(around.base_url, number)))
    return view


# --- Names -----------------------------------------------------------------------------------------------------------


def _agent_iri(uscc: str, around: Surroundings) -> str:
    return f"{around.base_url}/organisations/{quote(uscc)}/#agent"


def _agent(uscc: str, around: Surroundings) -> Node:
    agent = Node(_agent_iri(uscc, around), ("foaf:Agent",))
    return agent.say("foaf:name", chinese(around.providers.get(uscc, uscc))).say("dct:identifier", Literal(uscc))


def _theme_iri(code: str, around: Surroundings) -> str:
    return f"{around.base_url}/catalogue/?classification={code}#theme"


def _scheme_iri(around: Surroundings) -> str:
    return f"{around.base_url}/catalogue/#classifications"


def _scheme(around: Surroundings) -> Node:
    return Node(_scheme_iri(around), ("skos:ConceptScheme",)).say("dct:title", chinese("政务数据资源分类"))


def _rights_iri(found: Published) -> str:
    word = "PUBLIC" if found.opened else _RIGHTS[found.resource.sharing_type]
    return f"{_AUTHORITY}access-right/{word}"


def _frequency_iri(cycle: UpdateCycle) -> str:
    return f"{_AUTHORITY}frequency/{_FREQUENCIES[cycle]}"
