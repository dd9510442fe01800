"""Floor 3: from a shop order to a sales document, pure: lines, discounts, taxes, totals, settlements, references."""
