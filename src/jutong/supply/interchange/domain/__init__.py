"""Rules of catalogue files: the template of Appendix 2, how entries are written into it and read out of it. Pure."""
