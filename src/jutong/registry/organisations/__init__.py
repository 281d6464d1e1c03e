"""Who is who and where: the region's divisions in five levels, departments with dated names, their inner offices.

A department is known by its unified social credit code, which other rooms hold as text. Its name has dates: documents
show the name of their day. Divisions keep former codes with their successors, so that old data finds its place.
"""
