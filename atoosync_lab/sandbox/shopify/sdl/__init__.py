"""The part of the Admin schema that the sandbox serves, in the schema language.

Names, types, arguments, defaults and nullability are those of the official introspection of each version (a test
compares them). `@in(since:, before:)` bounds a definition to versions (`since` included, `before` excluded); `<page>`
stands for the arguments of every connection. Both are resolved by `schema`.
"""

from __future__ import annotations

from atoosync_lab.sandbox.shopify.sdl import (
    bulk,
    codes,
    customers,
    enums,
    fulfillments,
    inputs,
    inventory,
    media,
    mutation,
    orders,
    payloads,
    product_inputs,
    products,
    query,
    shop,
)

PARTS = (
    bulk.SDL,
    codes.SDL,
    customers.SDL,
    enums.SDL,
    fulfillments.SDL,
    inputs.SDL,
    inventory.SDL,
    media.SDL,
    mutation.SDL,
    orders.SDL,
    payloads.SDL,
    product_inputs.SDL,
    products.SDL,
    query.SDL,
    shop.SDL,
)
"""All parts; their order has no meaning."""
