"""Heapline puts Ruby's memory on the line of code that allocated it."""

__version__ = "0.1.0"
