"""Import contracts of our own, for import-linter."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OneDoor(Contract):
    """Nobody outside a room imports anything of it but its doors.

    A room is any package two below the root (`jutong.<floor>.<room>`). `doors` names the modules through which it may
    be entered; `open_to` the floors that plug everything together and may look inside.
    """

    doors = fields.ListField(subfield=fields.StringField())
    open_to = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(
            (importer, imported)
            for imported in graph.modules
            if (room := _room_of(imported)) and not self._is_door(room, imported)
            for importer in graph.find_modules_that_directly_import(imported)
            if self._is_outside(room, importer)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} reaches past the door: {imported}", bold=False)

    def _is_door(self, room: str, module: str) -> bool:
        return module.removeprefix(f"{room}.").split(".")[0] in self.doors

    def _is_outside(self, room: str, importer: str) -> bool:
        at_home = importer == room or importer.startswith(f"{room}.")
        welcome = any(importer == floor or importer.startswith(f"{floor}.") for floor in self.open_to)
        return not at_home and not welcome


def _room_of(module: str) -> str | None:
    parts = module.split(".")
    if len(parts) > 3 and parts[0] == "jutong" and parts[1] not in {"kernel", "base", "ui", "config", "portal"}:
        return ".".join(parts[:3])
    return None
