"""The terminal's lines are those of the checkout as it is now."""

from __future__ import annotations
