"""岗位权限: what each post may do, as the platform applies it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jutong.base.http import SubjectRequest
from jutong.kernel.policy import Post, Relation
from jutong.kernel.text import N_
from jutong.registry.accounts import api

RELATION_WORDS = {
    Relation.ANY: N_("全部"),
    Relation.OWNER: N_("本单位的"),
    Relation.PROVIDER: N_("本单位提供的"),
    Relation.CONSUMER: N_("本单位使用的"),
    Relation.SELF: N_("本人的"),
}


@require_GET
def rights(request: SubjectRequest) -> HttpResponse:
    """The table of rights of one post; one's own unless another is chosen."""
    wanted = request.GET.get("post", "")
    post = Post(wanted) if wanted in set(Post) else request.subject.post
    table = [
        {
            "title": _(action.title),
            "name": action.name,
            "where": "、".join(dict.fromkeys(_(RELATION_WORDS[r.relation]) for r in action.rules if post in r.posts)),
        }
        for action in api.rights_of(post)
    ]
    posts = [{"value": each.value, "title": _(each.label), "chosen": each is post} for each in Post]
    return render(request, "accounts/rights.html", {"posts": posts, "post": _(post.label), "table": table})
