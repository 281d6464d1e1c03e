"""Pages of front-end nodes, and the doors the nodes themselves call."""
