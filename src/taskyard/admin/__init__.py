"""Admin: what whoever looks after the instance sees and decides.

Owns nothing: it reads across the rooms below, and changes what is theirs by their own verbs. Every
route needs `admin:use`. The account that looks is in every event as its actor.
"""
