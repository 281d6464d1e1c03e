"""检索辅助: suggestions while typing, one's saved searches, the bureau's synonyms, resources like one."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jutong.base.access import require
from jutong.base.http import SubjectRequest, public
from jutong.kernel import clock
from jutong.kernel.errors import NotSignedIn
from jutong.kernel.policy import decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, policy, queries, services
from jutong.supply.catalogue.web.search import list_row
from jutong.ui.formatting import moment_words


@public
@require_GET
def suggestions(request: SubjectRequest) -> HttpResponse:
    """Options for the search box, as somebody types."""
    typed = request.GET.get("q", "").replace("\x00", "")
    return render(request, "catalogue/_suggestions.html", {"found": queries.suggestions(request.subject, typed)})


@public
@require_GET
def similar(request: SubjectRequest, code: str) -> HttpResponse:
    """相似资源: what may be the same data elsewhere, or serve instead."""
    row = queries.view_resource_row(code, request.subject)
    found = queries.similar(row.code, request.subject)
    titles = organisations.titles({other.provider_uscc for other, _likeness in found}, short=True)
    context = {
        "resource": row,
        "rows": [(list_row(other, titles), f"{likeness:.0%}") for other, likeness in found],
        "api_path": f"/api/v1/catalogue/resources/{row.code}/similar",
    }
    return render(request, "catalogue/similar.html", context)


@require_http_methods(["GET", "POST"])
def saved(request: SubjectRequest) -> HttpResponse:
    """订阅检索: the questions one keeps; the catalogue page posts new ones here."""
    if not request.subject.signed_in:
        raise NotSignedIn()
    if request.method == "POST":
        question = request.POST.get("question", "").replace("\x00", "")
        try:
            services.save_search(
                question=question, title=request.POST.get("title", ""), by=request.subject, at=clock.now()
            )
        except domain.CatalogueError as error:
            messages.error(request, error.words(_))
        else:
            messages.success(request, _("已订阅。有新发布或更新的资源符合条件时，将发通知给您。"))
        return redirect("catalogue:saved_searches")
    rows = [(row, moment_words(row.created_at)) for row in queries.saved_searches(request.subject)]
    return render(
        request, "catalogue/saved_searches.html", {"rows": rows, "api_path": "/api/v1/catalogue/saved-searches"}
    )


@require_POST
def forget(request: SubjectRequest, saved_no: int) -> HttpResponse:
    """Give a saved search up."""
    services.forget_search(saved_no=saved_no, by=request.subject, at=clock.now())
    messages.success(request, _("已取消订阅。"))
    return redirect("catalogue:saved_searches")


@require_http_methods(["GET", "POST"])
def synonyms(request: SubjectRequest) -> HttpResponse:
    """检索同义词: what counts as one word; the bureau adds to it."""
    if not request.subject.signed_in:
        raise NotSignedIn()
    if request.method == "POST":
        require(request.subject, policy.KEEP_SYNONYMS)
        words = [word for word in re.split(r"[\s、，,;；]+", request.POST.get("words", "").replace("\x00", "")) if word]
        try:
            services.add_synonyms(words=words, by=request.subject, at=clock.now())
        except domain.CatalogueError as error:
            messages.error(request, error.words(_))
        else:
            messages.success(request, _("已添加，检索立即按新的同义词进行。"))
        return redirect("catalogue:synonyms")
    context = {
        "own": queries.own_groups(),
        "pack": queries.pack_groups(),
        "may_keep": bool(decide(request.subject, policy.KEEP_SYNONYMS)),
        "api_path": "/api/v1/catalogue/synonyms",
    }
    return render(request, "catalogue/synonyms.html", context)


@require_POST
def remove_synonyms(request: SubjectRequest, group_no: int) -> HttpResponse:
    """Take a group of the bureau's own away."""
    services.remove_synonyms(group_no=group_no, by=request.subject, at=clock.now())
    messages.success(request, _("已删除。"))
    return redirect("catalogue:synonyms")
