"""The parts of SARIF 2.1.0 that we write, as a JSON schema.

Transcribed from the OASIS standard (sections 3.13 to 3.58) and closed: a property we do not know
is an error, so a new one has to be looked up. `python -m tests.runners.analysis.sarif_schema
FULL_SCHEMA.json LOG.sarif` holds a log against the standard's own schema.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 1}
LEVEL: Schema = {"enum": ["none", "note", "warning", "error"]}


def closed(required: str, **properties: Schema) -> Schema:
    """Return an object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def items(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


BAG: Schema = {"type": "object"}
MESSAGE = closed("text", text=TEXT)
ARTIFACT = closed(
    "uri uriBaseId",
    uri={"type": "string", "pattern": r"^(?!/)(?![A-Za-z][A-Za-z0-9+.-]*:)[^\\ ]+$"},
    uriBaseId={"const": "SRCROOT"},
)
REGION = closed("startLine", startLine=COUNT, startColumn=COUNT, endLine=COUNT)
LOCATION = closed(
    "physicalLocation",
    physicalLocation=closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION),
)
RULE = closed(
    "id shortDescription defaultConfiguration properties",
    id=TEXT,
    shortDescription=MESSAGE,
    help=MESSAGE,
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=closed("level", level=LEVEL),
    properties=closed(
        "tags",
        **{
            "tags": items(TEXT) | {"uniqueItems": True},
            "security-severity": {"enum": ["0.0", "3.0", "5.5", "8.0"]},
        },
    ),
)
RESULT = closed(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=items(LOCATION) | {"minItems": 1},
    partialFingerprints=closed("primaryLocationLineHash", primaryLocationLineHash=TEXT),
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
    properties=BAG,
)
RUN = closed(
    "tool results columnKind",
    tool=closed(
        "driver",
        driver=closed(
            "name rules",
            name=TEXT,
            version=TEXT,
            informationUri={"type": "string", "pattern": "^https://"},
            rules=items(RULE) | {"uniqueItems": True},
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds=closed("SRCROOT", SRCROOT=closed("description", description=MESSAGE)),
    automationDetails=closed("id", id=TEXT),
    invocations=items(
        closed(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=items(
                closed("message", level=LEVEL, message=MESSAGE, locations=items(LOCATION))
            ),
        )
    ),
    results=items(RESULT),
    properties=BAG,
)
LOG = closed(
    "version runs",
    **{
        "$schema": {"type": "string", "pattern": "^https://.*sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": items(RUN),
    },
)


if __name__ == "__main__":
    schema, log = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    jsonschema.validate(log, schema)
