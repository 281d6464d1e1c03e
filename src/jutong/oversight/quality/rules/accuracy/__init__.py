"""Accuracy (准确性): elements whose content is right as far as they can tell by themselves. GB/T 36344, 0301–0302."""
