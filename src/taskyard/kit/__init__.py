"""Pure words and sums. Imports the standard library and pydantic, nothing of ours."""
