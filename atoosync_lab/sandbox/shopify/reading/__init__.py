"""The resolvers of queries, one module a subject."""
