"""Pages of sharing: asking, requests and their answers, grants and how to call them."""
