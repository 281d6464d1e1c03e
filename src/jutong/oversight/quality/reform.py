"""Scores of the old body end with it, the new one's begin: a score keeps the provider of its day."""

from jutong.kernel.text import N_
from jutong.registry.organisations import api as organisations

HISTORY = {
    "quality.ScoreRow.provider_uscc": N_("质量评分不改动：原单位的评分止于调整之日，新单位自此另计。"),
}
"""Columns of this room that no reform touches."""


def plug_in() -> None:
    """Say what stays as it was."""
    organisations.declare_history(HISTORY)
