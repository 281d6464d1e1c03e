"""A resource with its code, whole and in outline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from jutong.kernel.codes.resource_code import ClassificationCode, ResourceClass
from jutong.kernel.codes.sharing import (
    ShareType,
    UpdateCycle,
)
from jutong.supply.catalogue.values.elements import Content, ControlledParameter, DataItem
from jutong.supply.catalogue.values.states import DraftState, ResourceState


@dataclass(frozen=True, slots=True)
class DraftStanding:
    """Where a draft stands (草稿现状): whose, in which state, and the code it became or revises, if any."""

    draft_no: str
    title: str
    provider_uscc: str
    state: DraftState
    code: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """What counting needs of a published resource (目录概要): whose, of which type and cycle, and since when.

    `open` is what the entry says; `opened` whether society has it, which the negative list may forbid.
    """

    code: str
    title: str
    provider_uscc: str
    sharing_type: ShareType
    open: bool
    update_cycle: UpdateCycle
    published_at: datetime
    mounted_at: datetime | None
    opened: bool

    @property
    def mountable(self) -> bool:
        """Types 1 and 2 are to be mounted; type 3 has only its entry. Art. 17."""
        return self.sharing_type is not ShareType.NOT_SHARED


@dataclass(frozen=True, slots=True)
class OpenGlance:
    """What is open to society (向社会开放): how much by provider and by division (项), and the newest of it.

    `mounted` are those whose data can be reached, not only their entry.
    """

    mounted: int
    providers: Mapping[str, int]
    divisions: Mapping[str, int]
    newest: tuple[Outline, ...]

    @property
    def resources(self) -> int:
        return sum(self.providers.values())


@dataclass(frozen=True, slots=True)
class Closure:
    """Why a resource is not opened (不开放) though its entry says so: its place on the negative list. Art. 38."""

    entry_no: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A government data resource (政务数据资源) with its code, as one published version says it.

    `version` counts publications from 1; 0 while the code is issued but nothing is published yet. `published_on` is
    the day of the first publication (发布日期); `mounted_at` the moment its data was first mounted, or nothing.
    """

    code: str
    version: int
    state: ResourceState
    content: Content
    published_on: date | None = None
    mounted_at: datetime | None = None

    @property
    def title(self) -> str:
        return self.content.title

    @property
    def provider_uscc(self) -> str:
        return self.content.provider_uscc

    @property
    def sharing_type(self) -> ShareType:
        # A resource gets its code only after the rules held, and they want a type.
        assert self.content.sharing_type is not None
        return self.content.sharing_type

    @property
    def update_cycle(self) -> UpdateCycle:
        assert self.content.update_cycle is not None
        return self.content.update_cycle

    @property
    def items(self) -> tuple[DataItem, ...]:
        return self.content.items

    @property
    def controlled_parameters(self) -> tuple[ControlledParameter, ...]:
        return self.content.controlled_parameters

    @property
    def resource_class(self) -> ResourceClass:
        return ClassificationCode.parse(self.content.classification).resource_class

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Column names of the business key, in the order of the items."""
        return tuple(item.column_name for item in self.items if item.key)

    @property
    def sensitive(self) -> bool:
        """Does any item identify a person or stand at grade 3 or above?"""
        return any(item.sensitive for item in self.items)

    def type_of(self, item: DataItem) -> ShareType:
        """The sharing type that holds for an item: its own, else the resource's."""
        return item.sharing_type or self.sharing_type

    @property
    def published(self) -> bool:
        return self.state is ResourceState.PUBLISHED

    def item(self, column: str) -> DataItem | None:
        return self.content.item(column)
