"""允许访问名单: which addresses the platform calls for which department."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jutong.base.http import SubjectRequest
from jutong.kernel import clock
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import decide
from jutong.registry.organisations import api as organisations
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.services import sources
from jutong.supply.mounting.web.forms import NetworkForm, refuse

PAGE_ROWS = 100
ORGANISATIONS_OFFERED = 1_000


@require_http_methods(["GET", "POST"])
def network_list(request: SubjectRequest) -> HttpResponse:
    """The list, and for the system administrator a new entry."""
    may_manage = decide(request.subject, policy.MANAGE_NETWORKS).allowed
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sources.allow_network(**form.cleaned_data, by=request.subject, at=clock.now())
            messages.success(request, _("已登记。"))
            return redirect("mounting:networks")
        except JutongError as error:
            refuse(form, error)
    page = Paginator(queries.networks(request.subject), PAGE_ROWS).get_page(request.GET.get("page"))
    titles = organisations.titles({row.organisation for row in page}, short=True)
    context = {
        "form": form if may_manage else None,
        "may_manage": may_manage,
        "organisations": organisations.departments()[:ORGANISATIONS_OFFERED] if may_manage else [],
        "page": page,
        "rows": [(row, titles.get(row.organisation, row.organisation)) for row in page],
    }
    return render(request, "mounting/networks.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: SubjectRequest, network_id: int) -> HttpResponse:
    """Take an entry off."""
    sources.forbid_network(network_id=network_id, by=request.subject, at=clock.now())
    messages.success(request, _("已移出名单，从下一次连接起不再放行。"))
    return redirect("mounting:networks")
