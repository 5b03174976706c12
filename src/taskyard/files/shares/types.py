"""Words of sharing."""

from datetime import timedelta
from typing import Final, Literal

State = Literal["active", "expired", "revoked", "used_up"]

#: How long a link works where nobody says otherwise, and at the most.
LIFE: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=366)
#: How many links of one file work at once.
AT_ONCE: Final = 50
