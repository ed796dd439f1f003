"""Heapline in real editors, each with the configuration that the documentation offers."""
