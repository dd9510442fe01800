"""Floor 2: what must survive: profiles, secrets, links, ledger, journal, quota, leases, API budgets."""
