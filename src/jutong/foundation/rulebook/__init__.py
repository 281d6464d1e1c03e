"""The Rules as data: dated packs of limits, weights, parameters and code lists, and the calendar limits count in.

Every fact says which article it stands in, or that it is our default. Other rooms ask by key and day and keep no
numbers of their own. The calendar comes from the yearly notices of the State Council, kept in a table with their
numbers; days no notice covers yet are provisional, and importing a notice is announced so that open cases recount.
"""
