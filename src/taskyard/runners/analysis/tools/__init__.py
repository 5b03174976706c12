"""The tools, one module each: how it is called, and what its answer means in our words."""
