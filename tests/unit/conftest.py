"""Unit tests have no network and no database."""

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def network_is_shut():
    disable_socket(allow_unix_socket=False)
    yield
    enable_socket()
