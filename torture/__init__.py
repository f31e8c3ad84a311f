"""Rigs that try to make Callboard lose, repeat, reorder or leak something; see README.md."""
