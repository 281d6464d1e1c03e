"""Addresses of the catalogue's pages, under /catalogue/."""

from django.urls import path

from jutong.base import converters  # noqa: F401  (makes `resource_code` known)
from jutong.supply.catalogue.web import (
    changes,
    classification,
    drafts,
    extension,
    resource,
    search,
    searchwords,
    versions,
    withdrawal,
)

app_name = "catalogue"

urlpatterns = [
    path("", search.search, name="search"),
    path("resources/<resource_code:code>/", resource.resource, name="resource"),
    path("resources/<resource_code:code>/versions/<int:number>/", resource.version, name="version"),
    path("resources/<resource_code:code>/revision/", drafts.revise, name="revise"),
    path("resources/<resource_code:code>/versions/<int:number>/restoration/", versions.restore, name="restore_version"),
    path("resources/<resource_code:code>/withdrawal/", withdrawal.withdrawal, name="withdrawal"),
    path("resources/<resource_code:code>/stop/", withdrawal.stop, name="stop"),
    path("compare/", versions.compare, name="compare"),
    path("classifications/", classification.tree, name="classifications"),
    path("classifications/new/", classification.add, name="add_classification"),
    path("classifications/<slug:code>/", classification.change, name="change_classification"),
    path("extensions/", extension.extensions, name="extensions"),
    path("extensions/new/", extension.declare, name="declare_extension"),
    path("extensions/<int:number>/", extension.extension, name="extension"),
    path("extensions/<int:number>/end/", extension.end, name="end_extension"),
    path("changes/", changes.changes, name="changes"),
    path("changes/new/", changes.record, name="record_change"),
    path("changes/<slug:change_no>/", changes.change, name="change"),
    path("changes/<slug:change_no>/updates/", changes.call, name="call_for_updates"),
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
