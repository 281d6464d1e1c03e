"""A person in a post, made for one test: how pages and the API are opened by the posts they are meant for."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.test import Client

from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import api, queries, services
from jutong.registry.organisations import api as organisations


@dataclass
class Holder:
    """Somebody in one post."""

    subject: Subject
    browser: Client
    """Signed in on the pages."""
    caller: Client
    """Calls the API with a token."""


def home_of(post: Post) -> str:
    """An organisation that has this post: the centre for its engineers, else the bureau, which has all others."""
    return organisations.centre() if post is Post.CENTRE_ENGINEER else organisations.bureau()


def holder_of(post: Post, organisation: str = "") -> Holder:
    """A new person in a post of an organisation, where that post exists when none is named. Needs the start data."""
    at = clock.now()
    person = services.add_person(
        login_name=f"{post.value}.test",
        display_name=post.value,
        encoded=make_password(None),
        by=PLATFORM,
        at=at,
        must_change=False,
    )
    appointment = services.add_appointment(
        person_no=person.person_no,
        post=post,
        organisation=organisation or home_of(post),
        starts_on=clock.local_day(at) - timedelta(days=1),
        by=PLATFORM,
        at=at,
    )
    subject = queries.subject_of(appointment)
    token = api.issue_token(name="test", days=1, by=subject, at=at).token.reveal_text()
    browser = Client()
    browser.force_login(person)
    return Holder(subject, browser, Client(headers={"Authorization": f"Bearer {token}"}))
