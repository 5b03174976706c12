"""The only wiring: every process of Taskyard starts here."""
