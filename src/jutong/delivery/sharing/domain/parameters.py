"""The parameters by which callers may narrow what they are given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from jutong.delivery.sharing.domain.conditions import MAX_VALUE_LENGTH
from jutong.delivery.sharing.values import Op, Parameter, Place, ServicePlace, Terms
from jutong.kernel.codes.data_types import TypeLetter
from jutong.supply.catalogue.values import DataItem, Resource

_RESERVED_NAMES: Final = frozenset({"page", "page_size"})
_FREE_OPS: Final[Mapping[TypeLetter, tuple[Op, ...]]] = {
    TypeLetter.TEXT: (Op.EQ, Op.IN, Op.PREFIX),
    TypeLetter.LOGICAL: (Op.EQ,),
} | dict.fromkeys(
    (
        TypeLetter.NUMBER,
        TypeLetter.MONEY,
        TypeLetter.DATE,
        TypeLetter.MOMENT,
        TypeLetter.DOUBLE,
        TypeLetter.INTEGER,
        TypeLetter.FLOAT,
    ),
    (Op.EQ, Op.GE, Op.GT, Op.LE, Op.LT),
)
_WRITTEN_LENGTH: Final[Mapping[TypeLetter, int]] = {
    TypeLetter.DATE: 10,
    TypeLetter.MOMENT: 26,
    TypeLetter.LOGICAL: 5,
    TypeLetter.INTEGER: 20,
    TypeLetter.DOUBLE: 40,
    TypeLetter.FLOAT: 40,
    TypeLetter.MEMO: 200,
}


def parameters_of(resource: Resource, terms: Terms, place: Place) -> tuple[Parameter, ...]:
    """The parameters callers may use under these terms: the controlled ones, then the free ones.

    In a table every granted item that is neither masked nor sensitive is a free one. A masked item is none: asking for
    its values would uncover them. A service has the free parameters it takes by itself.
    """
    controlled = [
        _parameter(item, (Op.EQ,), required=declared.required)
        for declared in resource.controlled_parameters
        if (item := resource.item(declared.column)) and item.type.letter is not TypeLetter.GENERAL
    ]
    if isinstance(place, ServicePlace):
        return _service_parameters(controlled, resource, place)
    taken = {parameter.column for parameter in controlled}
    free = [
        _parameter(item, _FREE_OPS[item.type.letter], required=False)
        for item in resource.items
        if item.column_name in terms.columns
        and item.column_name not in taken
        and item.column_name not in terms.masks
        and item.type.letter in _FREE_OPS
        and not item.sensitive
    ]
    return (*controlled, *free)


def _service_parameters(
    controlled: Sequence[Parameter], resource: Resource, place: ServicePlace
) -> tuple[Parameter, ...]:
    own = {parameter.column: parameter for parameter in place.parameters}
    asked = [
        replace(parameter, required=parameter.required or bool((it := own.get(parameter.column)) and it.required))
        for parameter in controlled
    ]
    taken = {parameter.column for parameter in controlled}
    free = [
        _parameter(item, (Op.EQ,), required=own[item.column_name].required)
        for item in resource.items
        if item.column_name in own and item.column_name not in taken and item.type.letter is not TypeLetter.GENERAL
    ]
    return (*asked, *free)


def _parameter(item: DataItem, ops: tuple[Op, ...], *, required: bool) -> Parameter:
    name = f"{item.column_name}_" if item.column_name.casefold() in _RESERVED_NAMES else item.column_name
    kind = item.type
    length = _WRITTEN_LENGTH.get(kind.letter)
    if length is None:
        # Sign, point and a leading zero besides the digits of a number.
        length = (kind.length or 18) + (0 if kind.letter is TypeLetter.TEXT else 3)
    return Parameter(name, item.column_name, kind.letter.value, ops, required, min(length, MAX_VALUE_LENGTH))
