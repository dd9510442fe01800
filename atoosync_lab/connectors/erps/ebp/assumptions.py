"""What EBP does not publish and this connector therefore assumes; a live folder confirms or corrects each line.

The numbers are those used in comments of this package. `facts.py` holds the names and values that follow from them.
"""

from __future__ import annotations

from collections.abc import Mapping

ASSUMPTIONS: Mapping[str, str] = {
    "A01": "The redirect URI is compared as exact text; http://localhost:3333 unless EBP registered ours.",
    "A02": "PKCE is accepted (S256) but off by default; `state` is always checked.",
    "A03": "The manual's API key is the subscription key; client id and secret are needed beside it.",
    "A04": "The quota counts by subscription key: 1 call a second, 10 000 a day, reset at midnight Europe/Paris.",
    "A05": "A 429 may come without Retry-After; the client then backs off 2, 4, 8 s and ends cleanly.",
    "A06": "OrderByValue takes one column, ascending; Upper on a column compares as the column sorts.",
    "A07": "Offset and Limit also page other routes; only GenericQuery is used, so nothing hangs on it.",
    "A08": "FromModifiedDate is inclusive and in local time of Paris; 2 h are read again and cut off here.",
    "A09": "A stock movement leaves Item.sysModifiedDate alone: stocks are read from StockItem by its own date.",
    "A10": "Like takes % and ignores case; the planner applies the filter again.",
    "A11": "Numbers may be JSON numbers or texts with many decimals: read as text, never as a float.",
    "A12": "Dates come without zone and mean Europe/Paris.",
    "A13": "Binary columns come as base64; none is asked for.",
    "A14": "A field without right is absent: reported, and unknown rather than empty.",
    "A15": "Column names are those of the database; one that a 400 names is dropped once, with a warning.",
    "A16": "GenericQuery on Item is enough to read articles.",
    "A17": "ActiveState 0 is active, everything else counts as dormant.",
    "A18": "VirtualStock = real - ordered by customers + ordered at suppliers.",
    "A19": "Price-list lines can be read by GenericQuery; not used yet.",
    "A20": "Numbers of price-list enums are unknown; not used yet.",
    "A21": "SIRET = Siren + Nic; a Siren of 14 digits is the SIRET already.",
    "A22": "CountryIsoCode holds ISO 3166 alpha-2; alpha-3 may come in.",
    "A23": "DocumentType: 1 quote, 2 invoice, 4 order, 6 delivery note, 9 credit note.",
    "A24": "State numbers are unknown: a document was transformed when a later one names it or carries its reference.",
    "A25": "A document is found again by xx_AtooKey, or by a Reference that ends in our token.",
    "A26": "createImport is multipart and asynchronous; a look-up is the proof, a time-out is never retried.",
    "A27": "Import categories: Customer, SaleDocument, Settlement.",
    "A28": "The zip of import formats cannot be built from public facts; the formats are made once in EBP.",
    "A29": "Import files: UTF-8 with BOM, ;, dd/mm/yyyy, decimal comma, CRLF, quotes where needed.",
    "A30": "EBP numbers a document whose number is empty.",
    "A31": "Settlements can be imported by a category of their own; off until proved on the folder.",
    "A32": "Documents/Transfert is not used; transformations are only read.",
    "A33": "No standard column holds a parcel's tracking number.",
    "A34": "Invoice PDFs come from the export service, asked by document number; not used yet.",
    "A35": "Territoriality may be closed to the API: its codes are then taken from Vat.",
    "A36": "Error bodies have title, message, errorType, errors[]; anything else is read as text.",
    "A37": "INV30 and INV40 folders are sales-management folders.",
    "A38": "The write contract as a whole is docs/ebp-import.md, restated in facts.py.",
}
