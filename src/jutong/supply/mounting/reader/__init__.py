"""Reads files in a process of its own: `python -m jutong.supply.mounting.reader`.

A file is somebody else's work and may be damaged, huge or hostile. So it is parsed by a child that may use so much
memory and time and write no file; the parent only reads frames from its output: a line of JSON, then as many bytes as
it says. No Django here, and nothing imported that opens connections.

`contents` opens what was sent, packed or not; `delimited`, `workbooks`, `dbase`, `documents` and `columnar` make tables
of it; `shapes` tells what a column's values are; `weaving` writes rows as COPY takes them.
"""
