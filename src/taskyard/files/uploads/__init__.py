"""Uploads in parts, over as many connections as it takes.

An upload is announced, takes its parts in any order, each as often as its sender likes, and is put
together when its sender says so: to a file, or to a source snapshot by the way of every archive.
A part that was answered is safe, whatever is killed afterwards. What nobody completes ends by
itself.

States: open → completing → completed | refused; open → aborted | expired. `completing` falls back
to `open` when whoever puts the parts together dies, or finds that they cannot be taken yet.
"""
