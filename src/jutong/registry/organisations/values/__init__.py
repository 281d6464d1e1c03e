"""Values of the register that other rooms may hold: bodies and divisions, and plans by which bodies change."""

from jutong.registry.organisations.values.reform import *  # noqa: F403
from jutong.registry.organisations.values.register import *  # noqa: F403
