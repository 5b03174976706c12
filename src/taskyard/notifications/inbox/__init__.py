"""What people are told of in the app: made from the spine, once for an event, kept until forgotten.

A notification is shown only while its reader may still see what it is about.
"""
