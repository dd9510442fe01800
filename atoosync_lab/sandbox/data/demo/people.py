"""The buyers of the demonstration: private people, companies, buyers abroad, guests. All invented."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

SEED = 20_112
KNOWN = 60
"""How many of them the folder knows already."""


@dataclass(frozen=True)
class Place:
    """An address."""

    country: str
    postcode: str
    city: str
    street: str
    second: str = ""
    phone: str = ""
    mobile: str = ""


@dataclass(frozen=True)
class Person:
    """A buyer.

    Attributes:
        number: 1, 2, ... in the order of the shop's ids.
        first: First name.
        last: Last name.
        email: E-mail as typed.
        place: Address.
        company: Company, or empty.
        siret: Fourteen digits, or empty.
        vat_number: VAT number, or empty.
        guest: Bought without an account.
        known: The folder has it already.
        inactive: Closed in the folder (dormant or blocked).
    """

    number: int
    first: str
    last: str
    email: str
    place: Place
    company: str = ""
    siret: str = ""
    vat_number: str = ""
    guest: bool = False
    known: bool = False
    inactive: int = 0

    @property
    def code(self) -> str:
        """Its code in the folder, where it is known."""
        return f"CLI{self.number:05d}"


def siret(number: int) -> str:
    """A SIRET that passes the Luhn check and belongs to nobody: no SIREN begins with 00."""
    siren = _luhn(f"00{number * 7919 % 1_000_000:06d}")
    return _luhn(f"{siren}{1:04d}")


def _luhn(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


def french_vat_number(registration: str) -> str:
    """The French VAT number of a SIRET."""
    siren = registration[:9]
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def people() -> list[Person]:
    """The 120 buyers, the same at every call; the last 16 live abroad."""
    rng = random.Random(SEED)
    words = json.loads((files(__package__) / "people.json").read_text(encoding="utf-8"))
    found = [_french(number, words, rng) for number in range(1, 105)]
    found += [_foreign(number, row, rng) for number, row in enumerate(words["abroad"], 105)]
    _awkward(found)
    known = [*range(1, 53), *range(105, 113)]
    return [replace(person, known=person.number in known and not person.guest) for person in found]


def _french(number: int, words: Mapping[str, Any], rng: random.Random) -> Person:
    first, last = rng.choice(words["first"]), rng.choice(words["last"])
    postcode, city = rng.choice(words["cities"])
    place = Place(
        "FR", postcode, city, f"{rng.randrange(1, 180)} {rng.choice(words['streets'])}", phone=_phone(rng, number),
        mobile=f"06 39 98 {number % 100:02d} {rng.randrange(100):02d}",
    )  # fmt: skip
    person = Person(number, first, last, f"{_plain(first)}.{_plain(last)}{number}@exemple.test", place)
    if number % 4 == 0:
        registration = siret(number)
        company = f"{rng.choice(words['trades'])} {last}"
        return replace(
            person,
            company=company,
            siret=registration,
            vat_number=french_vat_number(registration) if number % 8 else "",
        )
    return replace(person, guest=number > 82 and number % 2 == 1)


def _phone(rng: random.Random, number: int) -> str:
    digits = f"{number % 100:02d}", f"{rng.randrange(100):02d}"
    # Numbers kept free for fiction: 01 99 00 and 06 39 98.
    forms = ("01 99 00 {} {}", "01.99.00.{}.{}", "+33 1 99 00 {} {}", "")
    return forms[number % 4].format(*digits)


def _foreign(number: int, row: Sequence[str], rng: random.Random) -> Person:
    country, postcode, city, street, vat_number = row
    first = rng.choice(("Anna", "Jürgen", "Marta", "Søren", "Fiona", "Luca"))
    last = rng.choice(("Möller", "Janssens", "O'Keeffe", "Núñez", "Bianchi"))
    place = Place(country, postcode, city, street, phone=f"+00 555 01{number:03d}")
    company = f"{last} {city} Handel" if vat_number else ""
    return Person(
        number, first, last, f"{_plain(first)}.{_plain(last)}{number}@example.test", place, company, "", vat_number
    )


def _plain(text: str) -> str:
    text = text.replace("œ", "oe").replace("'", "")
    return (
        "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isascii()).lower().replace(" ", "")
    )


def _awkward(found: list[Person]) -> None:
    def change(number: int, /, **values: object) -> None:
        found[number - 1] = replace(found[number - 1], **values)  # type: ignore[arg-type]

    change(3, email=found[2].email.upper())
    change(5, last="de La Rochefoucauld-Bâgé d'Argençon", first="Marie-Françoise Éléonore")
    change(7, inactive=1)
    change(11, inactive=2)
    street = "Résidence « Les Jardins suspendus de l'Ancien Moulin », bâtiment C, escalier 4"
    second = "chez Monsieur et Madame Brémontier-Châtelard, troisième étage, porte de gauche"
    change(9, place=replace(found[8].place, street=street, second=second))
    change(13, email="pas-une-adresse")
    change(85, email="Test.Invite@exemple.test")
    change(87, email="test.invite@exemple.test")
    change(89, first="", last="", email="", place=replace(found[88].place, street="", city="Lyon", postcode="69003"))
    change(91, place=Place("FR", "97400", "Saint-Denis", "8 rue du Barachois"))
    change(16, company="Société coopérative des restaurateurs et traiteurs du Haut-Marais réunis")
