"""The front of the house: home, workbench, and the switches of the header.

It joins nothing else: what its pages show of other rooms comes from panels that those rooms register
(`jutong.ui.slots`): `home` / `totals`, `main`, `aside`; `workbench` / `main`, `aside`.
"""
