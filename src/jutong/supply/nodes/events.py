"""Facts of nodes that other rooms may follow."""

from dataclasses import dataclass

from jutong.foundation.outbox.values import Event


@dataclass(frozen=True)
class ReleaseApproved(Event):
    """A department consented that a resource's rows leave through its node (传出批准)."""

    name = "nodes.release_approved"
    resource_code: str
    source_no: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class ReleaseRefused(Event):
    """A department did not agree that a resource's rows leave through its node, or no longer (传出未同意)."""

    name = "nodes.release_refused"
    resource_code: str
    source_no: str

    @property
    def stream(self) -> str:
        return self.resource_code


@dataclass(frozen=True)
class NodeReturned(Event):
    """A node that was silent, or is new, calls again; these resources are read through it (前置机恢复联系)."""

    name = "nodes.node_returned"
    node_no: str
    resource_codes: tuple[str, ...]

    @property
    def stream(self) -> str:
        return self.node_no
