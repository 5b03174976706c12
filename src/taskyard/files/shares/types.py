"""Words of sharing."""

from typing import Literal

State = Literal["active", "expired", "revoked", "used_up"]
