"""Columns that many rooms share, so that a code has one shape everywhere."""

from typing import Any

from django.db import models


def uscc_field(**options: Any) -> models.CharField[str, str]:
    """An organisation's unified social credit code (统一社会信用代码), held as a code and not as a key."""
    return models.CharField(max_length=18, **options)


def resource_code_field(**options: Any) -> models.CharField[str, str]:
    """A data resource code (数据资源代码) in canonical text, `303001/1`."""
    return models.CharField(max_length=80, **options)


def actor_field(**options: Any) -> models.JSONField:
    """An ActorRef as JSON: who did it, in which post, for which organisation."""
    return models.JSONField(**options)
