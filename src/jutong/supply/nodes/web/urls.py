"""Addresses of nodes, under /nodes/: the pages, and under link/ the doors that nodes call."""

from django.urls import path

from jutong.supply.nodes.web import link, pages

app_name = "nodes"

_ORDER = "link/orders/<uuid:order_no>/<int:epoch>"

urlpatterns = [
    path("", pages.node_list, name="nodes"),
    path("new/", pages.new, name="new_node"),
    path("link/enrol", link.enrol, name="enrol"),
    path("link/key", link.key, name="key"),
    path("link/poll", link.poll, name="poll"),
    path("link/update", link.update, name="update"),
    path("link/update/piece", link.update_piece, name="update_piece"),
    path(f"{_ORDER}/begin", link.begin, name="begin"),
    path(f"{_ORDER}/chunks/<int:number>", link.chunk, name="chunk"),
    path(f"{_ORDER}/end", link.end, name="end"),
    path(f"{_ORDER}/failure", link.failure, name="failure"),
    path("<slug:node_no>/", pages.node, name="node"),
    path("<slug:node_no>/code/", pages.renew_code, name="renew_code"),
    path("<slug:node_no>/suspension/", pages.suspend, name="suspend"),
    path("<slug:node_no>/resumption/", pages.resume, name="resume"),
    path("<slug:node_no>/removal/", pages.remove, name="remove"),
    path("<slug:node_no>/maintenance/", pages.add_window, name="add_window"),
    path("<slug:node_no>/maintenance/<int:window_id>/removal/", pages.remove_window, name="remove_window"),
    path("<slug:node_no>/packages/resending/", pages.resend_packages, name="resend_packages"),
    path("<slug:node_no>/sources/", pages.add_source, name="add_source"),
    path("<slug:node_no>/releases/<int:release_id>/", pages.decide_release, name="decide"),
]
