"""Tryton 8: reads and writes over JSON-RPC, one transaction a call; documents found again by our token."""
