"""Quality: what the data are worth, measured after every run and shown to whoever uses them (评, Art. 21(4)).

Rules are declared one a file; all that apply to a resource become one SQL statement over its pool table. Each gives
evaluated and good elements (GB/T 36344), rolled up into dimensions and one score by the weights of the rule pack.
"""
