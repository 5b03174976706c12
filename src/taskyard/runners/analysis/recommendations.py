"""What to do about each rule: the sentence under a finding."""

from collections.abc import Mapping
from types import MappingProxyType

from taskyard.runners.analysis.security_advice import SECURITY, UNKNOWN, Advice

COMPLEXITY = "Split it: give each branch that does a thing of its own a function with a name."
SYNTAX = "Put the syntax right; until then nothing else in this file can be checked."
ENCODING = "Save the file as UTF-8, or name its encoding on the first line (PEP 263)."


# By the longest prefix that fits.
_QUALITY: Mapping[str, str] = MappingProxyType(
    {
        "E4": "Put imports at the top of the file, one a line.",
        "E7": "Write it the way PEP 8 does.",
        "F401": "Delete the import, or export it in __all__.",
        "F403": "Import the names you use.",
        "F811": "Delete one of the two, or give it another name.",
        "F82": "Define the name, or import it: reaching this line raises NameError.",
        "F84": "Delete the assignment, or use the value.",
        "F": "Delete what has no effect, or say what was meant.",
        "B006": "Use None as the default, and make the value inside.",
        "B008": "Use None as the default, and call inside.",
        "B904": "Write `raise … from error`, so that the cause is kept.",
        "B905": "Say strict=True, or strict=False where lengths may differ.",
        "B": "Change it as the rule's page says: this is a known trap.",
        "ERA": "Delete commented-out code; version control remembers it.",
        "PLE": "Put it right: this fails or misleads when it is reached.",
        "PLR09": "Split it into parts with names of their own.",
        "PLW": "Change it as the rule's page says.",
        "PIE": "Leave out what is not needed.",
        "RET": "Return once and plainly.",
        "SIM": "Write the simpler form.",
    }
)
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "arg-type": "Pass what the parameter's type says, or widen the type.",
        "assignment": "Give the variable the wider type, or assign what fits.",
        "attr-defined": "Check the name; if it exists at run time only, narrow the type before.",
        "call-arg": "Pass the arguments the function takes.",
        "import-untyped": "Install the library's type stubs.",
        "name-defined": "Define or import the name.",
        "no-redef": "Use another name for the second.",
        "override": "Keep the signature of the class above.",
        "return-value": "Return what the signature says, or change it.",
        "union-attr": "Rule out None before.",
        "var-annotated": "Annotate the variable.",
    }
)


def for_quality(rule: str, fix: str | None) -> str | None:
    """Return what to do about a ruff rule; the tool's own fix, if it has one, is most exact."""
    if fix:
        return fix if fix.endswith(".") else f"{fix}."
    fitting = (rule[:length] for length in range(len(rule), 0, -1))
    return next((_QUALITY[prefix] for prefix in fitting if prefix in _QUALITY), None)


def for_type_error(code: str | None) -> str:
    """Return what to do about a mypy error."""
    return _TYPES.get(code or "", "Make the value fit its type, or the type the value.")


def for_security(rule: str) -> Advice:
    """Return what a bandit rule means."""
    return SECURITY.get(rule, UNKNOWN)
