"""What an entry says, in and out."""

from pydantic import Field

from jutong.base.rest import StrictSchema
from jutong.kernel.codes.sharing import ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue import domain
from jutong.supply.catalogue.rest.base import ClassificationText, Day, Line, Short, Text, Title, UsccText
from jutong.supply.catalogue.values import (
    BasisKind,
    Content,
    Identifier,
    Level,
    Secrecy,
)


class DataItemBody(StrictSchema):
    """A data item: title in Chinese, column, type with length such as `C(18)`, and what it is to be careful about."""

    title: Title
    column_name: Short
    data_type: Short
    key: bool = False
    nullable: bool = True
    sensitivity: int = Field(1, ge=1, le=4)
    identifier: Identifier = Identifier.NONE
    code_list: Line = ""
    basic: bool = False
    charset: Short = ""
    note: Line = ""
    sharing_type: ShareType | None = Field(None, description="数据项共享类型，只能比资源更严；留空与资源相同")


class LegalBasisBody(StrictSchema):
    """A legal basis: kind of text, title, number, article, and the days it is in force."""

    kind: BasisKind
    title: Title
    number: Short = ""
    article: Short = ""
    in_force_from: Day | None = None
    in_force_to: Day | None = None


class ControlledParameterBody(StrictSchema):
    """A parameter that holds callers to something, named by the column of an item."""

    column: Short
    required: bool = True


class ContentBody(StrictSchema):
    """What an entry says; a draft may have gaps. Formats are names such as `MySQL`, or `group:name` for others."""

    title: Title
    provider_uscc: UsccText
    classification: ClassificationText = ""
    provider_office: Title = ""
    summary: Text = ""
    formats: list[Short] = Field(default_factory=list, max_length=20)
    items: list[DataItemBody] = Field(default_factory=list, max_length=domain.MAX_ITEMS)
    sharing_type: ShareType | None = None
    use_purposes: list[UsePurpose] = Field(default_factory=list, max_length=4)
    sharing_condition: Text = ""
    sharing_scope: Text = ""
    legal_bases: list[LegalBasisBody] = Field(default_factory=list, max_length=20)
    sharing_methods: list[ShareMethod] = Field(default_factory=lambda: [ShareMethod.PLATFORM], max_length=4)
    sharing_method_note: Text = ""
    open: bool = False
    open_condition: Text = ""
    update_cycle: UpdateCycle | None = None
    related_codes: list[Short] = Field(default_factory=list, max_length=50)
    level: Level = Level.REGIONAL
    secrecy: Secrecy = Secrecy.NOT_CLASSIFIED
    controlled_parameters: list[ControlledParameterBody] = Field(default_factory=list, max_length=50)
    extended: dict[Short, Text] = Field(default_factory=dict, max_length=50)
    also_in: list[ClassificationText] = Field(default_factory=list, max_length=20, description="同属其他分类的分类码")

    def value(self) -> Content:
        return Content.from_json(self.model_dump())
