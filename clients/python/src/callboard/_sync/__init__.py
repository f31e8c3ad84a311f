# Generated from _async/ by scripts/generate.py. Not to be edited.
"""The client."""
