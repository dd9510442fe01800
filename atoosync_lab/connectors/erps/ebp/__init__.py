"""EBP Gestion Commerciale SaaS: reads by GenericQuery, writes by import files, look-ups by our token."""

from atoosync_lab.connectors.erps.ebp.auth import EbpCredentials, SignIn
from atoosync_lab.connectors.erps.ebp.connector import EbpConnector

__all__ = ["EbpConnector", "EbpCredentials", "SignIn"]
