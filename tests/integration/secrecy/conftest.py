"""A platform with its start data, and people in the posts the gate knows."""

import pytest

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from tests.support.posts import holder_of


@pytest.fixture(autouse=True)
def laid_down(db, settings, tmp_path):
    settings.JUTONG_FILES_DIR = tmp_path / "files"
    at = clock.now()
    rulebook.ensure_start_data(at=at)
    organisations.ensure_start_data(at=at)


@pytest.fixture
def steward():
    return holder_of(Post.DATA_STEWARD)


@pytest.fixture
def officer():
    """The secrecy officer of the steward's department."""
    return holder_of(Post.DATA_COORDINATOR)


@pytest.fixture
def security():
    return holder_of(Post.SECURITY_ADMIN)
