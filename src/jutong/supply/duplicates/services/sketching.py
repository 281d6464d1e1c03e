"""Sketches of mounted columns: made by the source itself, so that no value leaves it; a few keyed hashes are kept."""

import logging
from datetime import datetime
from typing import Final

import numpy as np
from django.db import transaction
from procrastinate.contrib.django import app

from jutong.supply.duplicates.domain.sketches import SKETCH_SIZE
from jutong.supply.duplicates.models import ColumnSketch
from jutong.supply.duplicates.services import searching
from jutong.supply.mounting import api as mounting

TASK: Final = "duplicates.sketch"

log = logging.getLogger(__name__)


def order_sketches(*, resource_code: str) -> None:
    """Have the worker make a resource's sketches."""
    app.configure_task(TASK, queue=searching.QUEUE).defer(resource_code=resource_code)


def make_sketches(*, resource_code: str, at: datetime) -> int:
    """Replace a resource's sketches by what its source tells now; how many there are.

    A source that cannot be reached leaves those that are there: names are compared all the same.
    """
    mount = mounting.find_mount(resource_code)
    if mount is None or not mount.active or not mount.gathered:
        return 0
    try:
        made = mounting.sketch_columns(mount, size=SKETCH_SIZE)
    except mounting.MountingError as fault:
        log.warning("no sketches of %s: %s", resource_code, fault.code)
        return 0
    with transaction.atomic():
        ColumnSketch.objects.filter(resource_code=resource_code).delete()
        ColumnSketch.objects.bulk_create(
            ColumnSketch(
                resource_code=resource_code,
                column_name=item,
                hashes=np.array(hashes, dtype="<u8").tobytes(),
                made_at=at,
            )
            for item, hashes in made.items()
            if hashes
        )
        searching.note_changed(resource_code=resource_code)
    return len(made)


def forget_sketches(*, resource_code: str) -> None:
    """Drop what is known of a resource's values once it is no longer mounted."""
    if ColumnSketch.objects.filter(resource_code=resource_code).delete()[0]:
        searching.note_changed(resource_code=resource_code)
