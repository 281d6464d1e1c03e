"""The rules in force: limits, parameters, weights and code lists, each with its article or the mark of our default."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.foundation.rulebook import api
from jutong.foundation.rulebook.policy import READ_RULES
from jutong.foundation.rulebook.values import CodeList, FactStatus, LimitRule, Parameter, ParameterValue, Weights
from jutong.kernel import clock
from jutong.ui.components import Badge, Tone
from jutong.ui.formatting import number_words, ratio_words

TONES = {FactStatus.IN_TEXT: Tone.GOOD, FactStatus.OUR_DEFAULT: Tone.NEUTRAL, FactStatus.UNVERIFIED: Tone.ATTENTION}


@require_GET
def rules(request: SubjectRequest) -> HttpResponse:
    """时限与规则: all facts in force today."""
    require(request.subject, READ_RULES)
    today = clock.local_day(clock.now())
    context = {
        "packs": api.packs(),
        "limits": [_limit(rule) for rule in api.limit_rules(on=today)],
        "weights": [_weights(found) for found in api.all_weights(on=today)],
        "parameters": [_parameter(found) for found in api.parameters(on=today)],
        "code_lists": [_code_list(found) for found in api.code_lists(on=today)],
    }
    return render(request, "rulebook/rules.html", context)


@require_GET
def code_list(request: SubjectRequest, name: str) -> HttpResponse:
    """One code list with its entries."""
    require(request.subject, READ_RULES)
    found = api.code_list(name)
    entries = [(entry, _badge(entry.status)) for entry in found.entries]
    return render(request, "rulebook/code_list.html", {"list": found, "entries": entries, **_code_list(found)})


def _badge(status: FactStatus) -> Badge:
    return Badge(_(status.label), TONES[status])


def _limit(rule: LimitRule) -> dict[str, Any]:
    limit = rule.limit
    return {
        "title": _(limit.title),
        "key": limit.key,
        "amount": f"{limit.amount} {_(limit.unit.label)}",
        "article": _(limit.article),
        "quotation": rule.quotation,
        "badge": _badge(rule.status),
    }


def _parameter(found: Parameter) -> dict[str, Any]:
    unit = f" {_(found.unit)}" if found.unit else ""
    return {
        "title": _(found.title),
        "key": found.key,
        "value": f"{_value_words(found.value, found.names)}{unit}",
        "article": _(found.article),
        "badge": _badge(found.status),
    }


def _value_words(value: ParameterValue, names: str) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (int, float)):
        return number_words(value)
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " / ".join(number_words(each) for each in value)
    return " · ".join(f"{_name(name, names)} {number_words(each)}" for name, each in value.items())


def _name(code: str, names: str) -> str:
    return _(api.code_list(names).name_of(code)) if names else code


def _weights(found: Weights) -> dict[str, Any]:
    return {
        "title": _(found.title),
        "key": found.key,
        "shares": [(_name(name, found.names), ratio_words(share, 0)) for name, share in found.shares.items()],
        "article": _(found.article),
        "note": found.note,
        "badge": _badge(found.status),
    }


def _code_list(found: CodeList) -> dict[str, Any]:
    return {
        "title": _(found.title),
        "name": found.name,
        "url": reverse("rulebook:code_list", args=[found.name]),
        "count": len(found.entries),
        "article": _(found.article),
        "note": found.note,
        "badge": _badge(found.status),
    }
