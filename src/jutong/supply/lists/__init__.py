"""The three lists (三张清单): what departments demand, what each must supply, what is not shared or opened. Art. 38.

Owns rounds of compilation, demands with their answers, responsibilities, exclusions, the published editions and
what a check against the catalogue found. What is not shared is enforced by `mounting` and `sharing`, what is not
opened by `catalogue`: they ask this room's door, or are plugged with its book.
"""
