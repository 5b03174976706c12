"""What is asked of oxlint about JavaScript and TypeScript, and what each answer weighs.

The rules are named one by one, so that a new version brings none by itself. Most are those that
ESLint, typescript-eslint and React recommend, without taste and without types.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from taskyard.runners.analysis.finding import Severity

#: Paths through a function (cyclomatic complexity).
COMPLEXITY_RULE = "complexity"


class _Family(NamedTuple):
    severity: Severity
    minutes: float
    rules: str


#: Fails or misleads whenever it is reached.
_GRAVE = _Family(
    "high",
    20,
    """
    constructor-super no-const-assign no-func-assign no-global-assign no-import-assign
    no-invalid-regexp no-new-native-nonconstructor no-obj-calls no-this-before-super use-isnan
    valid-typeof react/jsx-no-undef typescript/no-misused-new
    """,
)
#: Hardly ever what was meant.
_TRAPS = _Family(
    "medium",
    10,
    """
    for-direction getter-return no-async-promise-executor no-class-assign no-compare-neg-zero
    no-cond-assign no-constant-binary-expression no-constant-condition no-delete-var
    no-dupe-class-members no-dupe-else-if no-dupe-keys no-duplicate-case
    no-empty-character-class no-empty-pattern no-ex-assign no-extend-native no-fallthrough
    no-loss-of-precision no-misleading-character-class no-nonoctal-decimal-escape
    no-self-assign no-self-compare no-setter-return no-shadow-restricted-names no-sparse-arrays
    no-throw-literal no-unexpected-multiline no-unmodified-loop-condition no-unreachable
    no-unsafe-finally no-unsafe-negation no-unsafe-optional-chaining no-useless-backreference
    no-with
    oxc/bad-array-method-on-arguments oxc/bad-char-at-comparison oxc/bad-comparison-sequence
    oxc/bad-match-all-arg oxc/bad-min-max-func oxc/bad-object-literal-comparison
    oxc/bad-replace-all-arg oxc/const-comparisons oxc/double-comparisons oxc/erasing-op
    oxc/missing-throw oxc/number-arg-out-of-range oxc/only-used-in-recursion
    oxc/uninvoked-array-callback
    typescript/no-duplicate-enum-values typescript/no-extra-non-null-assertion
    typescript/no-non-null-asserted-optional-chain typescript/no-unsafe-declaration-merging
    unicorn/no-await-in-promise-methods unicorn/no-invalid-fetch-options
    unicorn/no-invalid-remove-event-listener
    react/exhaustive-deps react/jsx-key react/jsx-no-duplicate-props react/no-children-prop
    react/no-danger-with-children react/no-direct-mutation-state react/no-render-return-value
    react/no-string-refs react/rules-of-hooks react/void-dom-elements-no-children
    """,
)
#: Of no use, or against what the language is now.
_LEFTOVERS = _Family(
    "low",
    5,
    """
    no-case-declarations no-control-regex no-debugger no-empty no-empty-static-block
    no-prototype-builtins no-redeclare no-unassigned-vars no-unused-expressions
    no-unused-labels no-unused-private-class-members no-unused-vars require-yield
    typescript/ban-ts-comment typescript/no-array-constructor typescript/no-namespace
    typescript/no-this-alias typescript/no-unsafe-function-type
    typescript/no-wrapper-object-types typescript/prefer-as-const
    typescript/prefer-namespace-keyword typescript/triple-slash-reference unicorn/no-empty-file
    unicorn/no-thenable
    """,
)
#: Says the same with fewer words.
_WORDINESS = _Family(
    "info",
    2,
    """
    no-extra-bind no-extra-boolean-cast no-lonely-if no-unneeded-ternary no-useless-catch
    no-useless-concat no-useless-constructor no-useless-escape no-useless-rename
    no-useless-return typescript/no-useless-empty-export
    unicorn/no-single-promise-in-promise-methods unicorn/no-unnecessary-await
    unicorn/no-useless-fallback-in-spread unicorn/no-useless-length-check
    unicorn/no-useless-spread unicorn/prefer-set-size unicorn/prefer-string-starts-ends-with
    """,
)
#: As ruff's PLR09.
_SIZES = _Family("low", 15, "max-params max-statements")

_FAMILIES = (_GRAVE, _TRAPS, _LEFTOVERS, _WORDINESS, _SIZES)
_WEIGHTS: Mapping[str, tuple[Severity, float]] = MappingProxyType(
    {
        rule: (family.severity, family.minutes)
        for family in _FAMILIES
        for rule in family.rules.split()
    }
)
QUALITY = tuple(_WEIGHTS)
SECURITY = (
    "no-eval", "no-implied-eval", "no-new-func", "no-script-url", "react/iframe-missing-sandbox",
    "react/jsx-no-script-url", "react/jsx-no-target-blank", "react/no-danger",
    "unicorn/no-new-buffer",
)  # fmt: skip
_OPTIONS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "max-params": {"max": 5},
        "max-statements": {"max": 50},
        "no-empty": {"allowEmptyCatch": True},
        "no-redeclare": {"builtinGlobals": False},
        # `ready && start()` is how many people write it.
        "no-unused-expressions": {
            "allowShortCircuit": True,
            "allowTernary": True,
            "allowTaggedTemplates": True,
        },
        # As ruff's F841: a parameter stands there for its caller.
        "no-unused-vars": {"args": "none", "caughtErrors": "none", "ignoreRestSiblings": True},
    }
)


def settings(asked: Collection[str], *, complexity: int) -> dict[str, Any]:
    """Return oxlint's configuration for these types of analysis; without any, it only parses.

    `complexity` is the most that a function may have without a finding.
    """
    rules: dict[str, Any] = {}
    if "quality" in asked:
        rules |= {rule: _asked(rule) for rule in QUALITY}
        rules[COMPLEXITY_RULE] = ["warn", {"max": complexity}]
    if "security" in asked:
        rules |= {rule: _asked(rule) for rule in SECURITY}
    return {
        "plugins": ["eslint", "typescript", "unicorn", "oxc", "react"],
        "categories": {"correctness": "off"},
        "rules": rules,
        # Overloads and merged declarations are how TypeScript is written.
        "overrides": [
            {"files": ["*.ts", "*.tsx", "*.mts", "*.cts"], "rules": {"no-redeclare": "off"}}
        ],
    }


def _asked(rule: str) -> str | list[Any]:
    return ["warn", _OPTIONS[rule]] if rule in _OPTIONS else "warn"


def weight(rule: str) -> tuple[Severity, float]:
    """Return how grave a finding of a quality rule is, and what putting it right costs."""
    return _WEIGHTS.get(rule, ("low", 5.0))


def basis() -> list[object]:
    """Return all that decides what is found and what it weighs, for the ruleset's name."""
    return [sorted(_WEIGHTS.items()), SECURITY, sorted(_OPTIONS.items())]
