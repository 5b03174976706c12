"""Taskyard: a self-hosted work platform for software teams. Plan work, and have it done."""

from importlib.metadata import version

__version__ = version("taskyard")
