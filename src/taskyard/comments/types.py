"""Words of comments."""

from typing import Literal

#: What may be talked about.
EntityType = Literal["project", "job", "task"]
#: The longest comment, in characters (contract workspace).
LONGEST = 10_000
