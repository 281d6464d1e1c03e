"""The front of the house: home, workbench with the task list, and the switches of the header.

What its pages show of other rooms comes from panels that those rooms register (`jutong.ui.slots`): `home` / `totals`,
`main`, `aside`; `workbench` / `main`, `aside`.
"""
