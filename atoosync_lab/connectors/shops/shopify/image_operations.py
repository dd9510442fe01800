"""GraphQL documents about images of products and files of the library."""

from __future__ import annotations

from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.connectors.shops.shopify.operations import Operation

_SHOWN = "... on MediaImage { image { url } originalSource { url } }"
_PAGE = "pageInfo { hasNextPage endCursor }"

PRODUCT_IMAGES = Operation(
    "ProductImages",
    "query ProductImages($first: Int!, $after: String, $query: String, $inline: Int!) {"
    " products(first: $first, after: $after, query: $query, sortKey: ID) {"
    f" {_PAGE} nodes {{ id media(first: $inline) {{ {_PAGE} nodes {{ id {_SHOWN} }} }} }} }} }}",
    500,
)
IMAGES_OF = Operation(
    "ImagesOf",
    "query ImagesOf($ids: [ID!]!, $inline: Int!) { nodes(ids: $ids) { ... on Product {"
    f" id media(first: $inline) {{ {_PAGE} nodes {{ id {_SHOWN} }} }} }} }} }}",
    400,
)
MORE_IMAGES = Operation(
    "MoreImages",
    "query MoreImages($id: ID!, $first: Int!, $after: String) { product(id: $id) {"
    f" media(first: $first, after: $after) {{ {_PAGE} nodes {{ id {_SHOWN} }} }} }} }}",
    60,
)
FILES = Operation(
    "Files",
    "query Files($first: Int!, $query: String) { files(first: $first, query: $query) {"
    f" nodes {{ id fileStatus {_SHOWN} }} }} }}",
    60,
)
FILE_STATES = Operation(
    "FileStates",
    "query FileStates($ids: [ID!]!) { nodes(ids: $ids) { ... on MediaImage {"
    " id fileStatus fileErrors { code message } } } }",
    100,
)
SET_IMAGES = Operation(
    "SetImages",
    "mutation SetImages($id: ID!, $files: [FileSetInput!]!, $inline: Int!) {"
    " m0: productSet(identifier: { id: $id }, input: { files: $files }, synchronous: true) {"
    f" product {{ id media(first: $inline) {{ nodes {{ id {_SHOWN} }} }} }} userErrors {{ field message code }} }} }}",
    facts.MUTATION_COST,
)

EVERY = (PRODUCT_IMAGES, IMAGES_OF, MORE_IMAGES, FILES, FILE_STATES, SET_IMAGES)
"""All of them, for the test that validates each against the schema of each version."""
