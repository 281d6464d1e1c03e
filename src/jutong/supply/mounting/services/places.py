"""Mounts opened for the exchange: a table's source, a file or what contributors brought, under one contract."""

from jutong.supply.mounting import plugs, queries
from jutong.supply.mounting.adapters.base import Adapter
from jutong.supply.mounting.adapters.files import FileAdapter
from jutong.supply.mounting.domain.errors import NotMounted
from jutong.supply.mounting.models import DataSource
from jutong.supply.mounting.values import Mount, TableRef


def open_source(mount: Mount) -> Adapter:
    """Raises NotMounted: the mount is stopped, or a service, which has nothing to gather."""
    if mount.active and mount.table is not None:
        row = DataSource.objects.get(source_no=mount.table.source_no)
        return queries.adapter(row, mount.resource_code)
    if mount.active and mount.file is not None:
        return FileAdapter(mount.file, [column.source for column in mount.columns])
    if mount.active and mount.assembled is not None:
        return plugs.assembler().adapter(mount)
    raise NotMounted(resource_code=mount.resource_code)


def table_of(mount: Mount) -> TableRef:
    """The table to ask the opened source for; a file is a table of its own name, what is assembled of its code."""
    if mount.table is not None:
        return mount.table.table
    if mount.assembled is not None:
        return TableRef("", mount.resource_code)
    assert mount.file is not None
    return TableRef("", mount.file.name)
