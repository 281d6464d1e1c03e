"""Changes of harvesting: feeds and words as people keep them, harvests as people steer and workers carry them out."""
