"""Sharing (共享交换): who may use which data for what, from the request to the grant and its end.

Owns requests and grants, and the table of live grants that the gateway plane reads. Where the data lies it asks
`mounting` and `exchange`; how the clocks run is `procedures`' affair.
"""
