"""Jutong (聚通): gather, open up and use a region's government data by the Rules that govern it."""
