"""Templates: what a new project begins with, built in or made from a project.

Owns the templates people made. A template holds tags, labels and starter tasks with what they are
a part of and wait for; nothing of people, times or numbers. Emits `template.*`.
"""
