"""What oxlint's security rules mean, and what to do about each."""

from collections.abc import Mapping
from types import MappingProxyType

from taskyard.runners.analysis.security_advice import Advice

_CALL = "Call a function instead; look it up in an object or a Map."
_HANDLER = "Use a button with an event handler; nobody can smuggle code into that."

SECURITY: Mapping[str, Advice] = MappingProxyType(
    {
        "no-eval": Advice("eval() runs text as code", _CALL, "CWE-95"),
        "no-implied-eval": Advice(
            "A timer runs text as code", "Pass it a function, not a string.", "CWE-95"
        ),
        "no-new-func": Advice("new Function() makes code of text", _CALL, "CWE-95"),
        "no-script-url": Advice("Address that runs a script", _HANDLER, "CWE-79", "low"),
        "react/iframe-missing-sandbox": Advice(
            "Frame without a sandbox",
            "Give the iframe a sandbox attribute with no more than it needs.",
            "CWE-1021",
            "low",
        ),
        "react/jsx-no-script-url": Advice("Link that runs a script", _HANDLER, "CWE-79"),
        "react/jsx-no-target-blank": Advice(
            "New window that can reach back to this one",
            'Add rel="noopener noreferrer", or leave target="_blank" out.',
            "CWE-1022",
            "low",
        ),
        "react/no-danger": Advice(
            "HTML put in without escaping",
            "Render text as text; where it must be HTML, clean it before (DOMPurify).",
            "CWE-79",
        ),
        "unicorn/no-new-buffer": Advice(
            "new Buffer() may show old memory",
            "Use Buffer.from() or Buffer.alloc().",
            "CWE-908",
            "low",
        ),
    }
)
