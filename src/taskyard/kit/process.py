"""Processes that must not outlive the one that started them.

The kernel sends a child a signal when its parent dies, however the parent died
(PR_SET_PDEATHSIG, prctl(2)). The signal follows the *thread* that started the child, so children
are started from a thread that lives as long as they should. Only Linux has it; elsewhere a killed
parent leaves its children, and nothing else changes.
"""

import ctypes
import os
import signal
import sys
from typing import Final

# Looked up here, since little may be done between fork and exec.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG: Final = 1
_ORPHANED: Final = 99


def die_with_parent(parent: int, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent, whose pid is given, dies.

    It has to run after a change of user, which clears the setting; subprocess does call its
    `preexec_fn` there. Where the parent died before we could ask, this process ends at once.
    """
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(_ORPHANED)
