"""岗位权限: what each post may do, read from the rules that the platform applies."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel.policy import Post, Relation
from jutong.kernel.text import N_
from jutong.registry.accounts import api
from jutong.registry.accounts.domain import OUR_DEFAULT
from jutong.registry.accounts.values import Right, Way
from jutong.registry.accounts.web.sheets import csv_of
from jutong.ui.formatting import clauses_words, listed_words

RELATION_WORDS = {
    Relation.ANY: N_("全部"),
    Relation.OWNER: N_("本单位的"),
    Relation.PROVIDER: N_("本单位提供的"),
    Relation.CONSUMER: N_("本单位使用的"),
    Relation.SELF: N_("本人的"),
}


@require_GET
def rights(request: SubjectRequest) -> HttpResponse:
    """The table of rights of one post, one's own unless another is chosen, or of all; to read, print and download."""
    wanted = request.GET.get("post", "")
    every = wanted == "all"
    post = Post(wanted) if wanted in set(Post) else request.subject.post
    shown = list(Post) if every else [post]
    table = [_row(right) for each in shown for right in api.rights_of(each)]
    if request.GET.get("format") == "csv":
        head = [_("岗位"), _("可以做什么"), _("对哪些对象"), _("操作代码")]
        return csv_of(
            f"posts-{'all' if every else post.value}",
            head,
            [(row["post"], row["title"], row["where"], row["name"]) for row in table],
        )
    context = {
        "posts": [{"value": each.value, "title": _(each.label), "chosen": each is post and not every} for each in Post],
        "every": every,
        "post": _("全部岗位") if every else _(post.label),
        "place": "" if every else _place(post),
        "table": table,
    }
    return render(request, "accounts/rights.html", context)


def _row(right: Right) -> dict[str, Any]:
    return {
        "post": _(right.post.label),
        "title": _(right.title),
        "name": right.action,
        "looks": right.looks,
        "where": clauses_words(dict.fromkeys(_where(way) for way in right.ways)),
    }


def _where(way: Way) -> str:
    words = _(RELATION_WORDS[way.relation])
    if not way.conditions:
        return words
    return _("{whose}（{conditions}）").format(whose=words, conditions=listed_words(_(each) for each in way.conditions))


def _place(post: Post) -> str:
    place = api.post_place(post)
    if place is None:
        return ""
    kinds = listed_words(_(kind.label) for kind in type(next(iter(place.kinds))) if kind in place.kinds)
    return _("设置单位：{kinds}。依据：{article}。").format(kinds=kinds, article=_(place.article or OUR_DEFAULT))
