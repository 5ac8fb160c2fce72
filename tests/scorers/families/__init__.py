"""Snippets for the checks, one module for each family: `FIRES` and `SILENT` map a check's id to at least three of each."""
