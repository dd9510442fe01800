"""The mutations, one module a subject. `mutation` registers them."""
