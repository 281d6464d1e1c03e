"""What has happened to mounts, for rooms above."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class ResourceMounted(Event):
    """The data of a resource can be reached from now on, or at another place than before (数据资源挂载)."""

    name = "mounting.resource_mounted"
    resource_code: str
    provider_uscc: str
    kind: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class FileReplaced(Event):
    """A file mount has a newer file (挂载文件更新)."""

    name = "mounting.file_replaced"
    resource_code: str
    digest: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class MountStopped(Event):
    """The data of a resource can no longer be reached (停用挂载)."""

    name = "mounting.mount_stopped"
    resource_code: str
    reason: str

    @property
    def stream(self) -> str:
        return self.resource_code
