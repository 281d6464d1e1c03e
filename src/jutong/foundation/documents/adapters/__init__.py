"""Typesetting to PDF, and writing of DOCX files."""
