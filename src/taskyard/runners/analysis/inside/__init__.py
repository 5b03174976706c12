"""Scripts of ours that run inside the sandbox; the worker copies them there, never imports them."""
