"""Measured comparisons with the bare limit and with well-known peers (docs/performance.md)."""
