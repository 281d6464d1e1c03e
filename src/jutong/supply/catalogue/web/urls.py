"""Addresses of the catalogue's pages, under /catalogue/."""

from django.urls import path

from jutong.base import converters  # noqa: F401  (makes `resource_code` known)
from jutong.supply.catalogue.web import drafts, resource, search, searchwords

app_name = "catalogue"

urlpatterns = [
    path("", search.search, name="search"),
    path("resources/<resource_code:code>/", resource.resource, name="resource"),
    path("resources/<resource_code:code>/versions/<int:number>/", resource.version, name="version"),
    path("resources/<resource_code:code>/revision/", drafts.revise, name="revise"),
    path("resources/<resource_code:code>/similar/", searchwords.similar, name="similar"),
    path("suggestions/", searchwords.suggestions, name="suggestions"),
    path("saved-searches/", searchwords.saved, name="saved_searches"),
    path("saved-searches/<int:saved_no>/forget/", searchwords.forget, name="forget_search"),
    path("synonyms/", searchwords.synonyms, name="synonyms"),
    path("synonyms/<int:group_no>/remove/", searchwords.remove_synonyms, name="remove_synonyms"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/new/", drafts.new, name="new_draft"),
    path("drafts/<slug:draft_no>/", drafts.draft, name="draft"),
    path("drafts/<slug:draft_no>/edit/", drafts.edit, name="edit_draft"),
    path("drafts/<slug:draft_no>/submission/", drafts.submit, name="submit_draft"),
    path("drafts/<slug:draft_no>/discard/", drafts.discard, name="discard_draft"),
]
