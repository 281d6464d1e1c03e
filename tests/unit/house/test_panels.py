"""Panels that pages show: who may see the frame may also see what is fetched into it."""

from django.urls import get_resolver

from jutong.kernel.policy import Post, Subject
from jutong.ui import slots

NOBODY = Subject("", Post.PUBLIC, "", "")


def views_by_name(patterns=None, space=""):
    found = {}
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        if hasattr(each, "url_patterns"):
            found |= views_by_name(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
        else:
            found[f"{space}{each.name}"] = each.callback
    return found


def test_the_public_is_shown_no_panel_that_would_send_it_to_the_sign_in():
    views = views_by_name()
    shown = [panel.url_name for panel in slots._panels.values() if panel.visible(NOBODY)]

    # Without the mark the layout's answer to a fragment is the way to the sign-in, and the whole page goes there.
    closed = [name for name in shown if getattr(views[name], "login_required", True)]

    assert closed == []
