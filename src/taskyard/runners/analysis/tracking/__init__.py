"""Findings as tasks: made by a person or a project's rule, done once the finding is gone.

Owns which task a finding has, and each project's rule. A finding never has a second task: it is
known by its fingerprint, and the pair of project and fingerprint is the table's key.
"""
