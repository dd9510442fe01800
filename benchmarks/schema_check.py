"""Every GraphQL document of the Shopify connector, held to the official schema of each version of the Admin API.

The schemas are those that the publisher ships in an npm package; npm fetches it once, into a cache outside the project.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from graphql import parse, validate

from atoosync_lab.connectors.shops.shopify import facts, operations
from tests.sandbox.shopify import official


def run(folder: Path) -> Iterator[Mapping[str, object]]:
    """One line a version; what is wrong stands on the error stream."""
    for version in facts.VERSIONS:
        schema = official.schema(version)
        found = list(operations.every_operation(version))
        valid = 0
        for operation in found:
            errors = validate(schema, parse(operation.text))
            valid += not errors
            for error in errors:
                print(f"{version}: {operation.name}: {error.message}", file=sys.stderr)
        yield {"version": version, "operations": len(found), "valid": valid}
