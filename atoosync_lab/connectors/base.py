"""The contract of every connector. Flows ask for capabilities, never for a system's name.

A connector reads pivot records in chunks and writes pivot batches; it knows nothing of plans, mapping or the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from atoosync_lab.model.catalogue import ArticleImage
from atoosync_lab.model.documents import (
    DocumentKind,
    DocumentRules,
    FoundDocument,
    NewCustomer,
    SalesDocument,
    Settlement,
)
from atoosync_lab.model.errors import InvalidRecordError
from atoosync_lab.model.filters import Filter
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.reference_lists import ListItem, ReferenceLists


class Capability(StrEnum):
    """What a system can do; flows ask for these."""

    READ_PRODUCTS = "read_products"
    READ_STOCKS = "read_stocks"
    READ_ORDERS = "read_orders"
    READ_CREDIT_SLIPS = "read_credit_slips"
    READ_CUSTOMERS = "read_customers"
    WRITE_PRODUCTS = "write_products"
    WRITE_PRICES = "write_prices"
    WRITE_STOCKS = "write_stocks"
    WRITE_STATUS = "write_status"
    """Activate and deactivate products."""
    WRITE_ORDER_STATUS = "write_order_status"
    READ_IMAGES = "read_images"
    WRITE_IMAGES = "write_images"
    """The connector is a `picturing.WritesImages`."""
    IMAGE_LIBRARY = "image_library"
    """Images stay in a library of the shop when a product lets go of them, and are found there by their content."""
    VARIANTS = "variants"
    VARIANT_PRICE_IMPACT = "variant_price_impact"
    """A variant holds what its price adds to its product's; without it a variant holds its own price."""
    IMPORT_DOCUMENTS = "import_documents"
    IMPORT_CUSTOMERS = "import_customers"
    IMPORT_SETTLEMENTS = "import_settlements"
    CREDIT_NOTES = "credit_notes"
    READ_SINCE = "read_since"
    CREATE_SETTLES_WITHIN = "create_settles_within"


class Scope(StrEnum):
    """What a capture may hold. Each scope gives whole records of the tables named beside it."""

    PRODUCTS = "products"
    """`Product` (products and variants)."""
    STOCKS = "stocks"
    """`Stock`."""
    ORDERS = "orders"
    """`Order`, `OrderLine`, `OrderDiscount`, `Payment`, `Address`, `Customer`."""
    ORDER_PIECES = "order_pieces"
    """`OrderPieces`: products and quantities of orders, without prices or people."""
    IMAGES = "images"
    """`ArticleImage`; from an ERP also the `ImageContent` of each that was not known before."""
    CREDIT_SLIPS = "credit_slips"
    """`CreditSlip`, `CreditSlipLine`."""
    CUSTOMERS = "customers"
    """`Customer` (ERP)."""
    DOCUMENTS = "documents"
    """`FoundDocument` (ERP), those that carry our token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What to read."""

    since: datetime | None = None
    """Only records modified at or after this instant; None: all."""
    created_from: datetime | None = None
    """Orders and slips: created at or after."""
    created_to: datetime | None = None
    statuses: tuple[str, ...] = ()
    """Orders: status ids; empty: all."""
    shops: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """Only these records; empty: all. For stocks: the rows of these products."""
    known: frozenset[str] = frozenset()
    """Order pieces: orders whose lines are not wanted."""
    filter: Filter | None = None
    """Parsed filter; a connector applies what its system can, the planner applies it again to all rows."""
    images: Mapping[tuple[str, str], ArticleImage] = field(default_factory=dict)
    """Images of an ERP: those known from before, by article id and image id. One whose version is the same is given
    again as it stands here, and its content is not read."""
    fields: tuple[str, ...] = ()
    """ERP articles: further fields wanted in `Product.fields`; empty: every text field."""


Chunk = Mapping[type[Any], Sequence[Any]]
"""Records by class, a page or so; the last chunk of a read is followed by nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of a connection report."""

    name: str
    """Message id of what was checked."""
    ok: bool
    message: Message


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """Result of a connection test (SVC-05)."""

    checks: tuple[Check, ...]
    version: str = ""

    @property
    def ok(self) -> bool:
        """All checks passed."""
        return all(c.ok for c in self.checks)


class Outcome(StrEnum):
    """What became of one record of a write."""

    DONE = "done"
    REFUSED = "refused"
    UNSENT = "unsent"
    UNKNOWN = "unknown"
    LEFT = "left"
    """Nothing was sent, on purpose: what is there is later than what was asked, and stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """Outcome of one record."""

    key: str
    outcome: Outcome
    target_id: str = ""
    error: Message | None = None
    remote_code: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    """Images: shop image id -> digest of the content, of those of ours that the product holds now, whatever the outcome
    of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWrite:
    """Create or update one shop product or variant: only the fields to be written."""

    key: str
    """Product key."""
    target_id: str = ""
    """Empty: create (look-up by reference first)."""
    kind: str = "product"
    parent_id: str = ""
    """Shop product id of a variant."""
    unit_id: str = ""
    """`Product.unit_id` of the record as it was read."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Pivot field -> text: reference, price_excl_tax (or price_incl_tax, for a shop that keeps prices so), tax_id,
    active (1/0), barcode, category_id, weight, and brand (a name; the brand is created when missing)."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """`field@language id` -> text. Every language of a touched field is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWrite:
    """Set the base price of a product, or the impact or price of a variant, in the shop's terms."""

    key: str
    target_id: str
    kind: str
    price_excl_tax: Decimal | None = None
    price_incl_tax: Decimal | None = None
    """Given instead, for a shop that keeps its prices with tax."""
    parent_id: str = ""
    """Shop product id of a variant."""
    unit_id: str = ""
    """`Product.unit_id` of the record as it was read."""

    @property
    def price(self) -> Decimal:
        """The price in the shop's terms.

        Raises:
            ValueError: neither is given.
        """
        found = self.price_excl_tax if self.price_incl_tax is None else self.price_incl_tax
        if found is None:
            raise ValueError(f"{self.key}: no price")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWrite:
    """Set the quantity of one stock row. `row` holds every field of the row as read, its quantity too."""

    key: str
    target_id: str
    quantity: int
    row: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWrite:
    """Activate or deactivate a product."""

    key: str
    target_id: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusWrite:
    """Set the status of a shop order, unless it has it already or was moved on meanwhile."""

    key: str
    order_id: str
    status_id: str
    only_from: tuple[str, ...] = ()
    """Write only while the order is in one of these statuses; empty: any but `status_id`."""


class Connector(Protocol):
    """What both sides share."""

    system: str
    capabilities: frozenset[Capability]
    warnings: list[InvalidRecordError]
    """What a person should know of the calls so far; whoever shows it empties it."""

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        ...

    def check(self) -> ConnectionReport:
        """Test the connection; never raises for a remote cause: each cause is a failed check."""
        ...

    def reference_lists(self) -> ReferenceLists:
        """Read all lists the mapping pages choose from."""
        ...

    def server_time(self) -> datetime:
        """The remote's clock, aware. From the `Date` header of the last answer; asks once when there was none."""
        ...

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Chunk]:
        """Read whole records, each once, in stable order.

        Raises:
            ConnectionFailedError, SignInRequiredError, RetryError, ApiBudgetError.
        """
        ...

    def close(self) -> None:
        """Close network connections."""
        ...


class ShopConnector(Connector, Protocol):
    """A web shop. Absolute writes are idempotent; creates look the key up first. Results come in the order asked."""

    @property
    def text_rules(self) -> Mapping[str, Mapping[str, Any]]:
        """What the shop accepts in each text: `max_length`, `forbidden`, `html`, `single_line`; plain data by field.

        `reference` among them may say `ignores_case`: codes that differ by case alone are one to the shop.
        """
        ...

    def write_products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Create and update product sheets."""
        ...

    def write_prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Set base prices."""
        ...

    def write_stocks(self, batch: Sequence[StockWrite]) -> list[WriteResult]:
        """Set quantities."""
        ...

    def write_status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Activate and deactivate."""
        ...

    def write_order_status(self, batch: Sequence[OrderStatusWrite]) -> list[WriteResult]:
        """Move orders to a status."""
        ...

    def batch_size(self, kind: str, rows: int, usual: int) -> int:
        """Records that one write should hold when `rows` of a kind are to be written.

        A run stops, counts and notes between writes, so a larger one is asked for only where it saves calls.

        Args:
            kind: `product`, `price`, `stock`, `status` or `order_status`.
            rows: how many there are in all.
            usual: what the profile's settings say.
        """
        ...

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that writing `rows` records takes.

        `kind`: `product_create`, `product_update`, `price`, `stock`, `status`, `order_status`; with
        `Capability.WRITE_IMAGES` also `images`, for `rows` products.
        """
        ...


class BegunSignIn(Protocol):
    """A sign-in that has begun."""

    @property
    def url(self) -> str:
        """The page at which a person signs in."""
        ...

    @property
    def state(self) -> str:
        """What the answer must carry."""
        ...


@runtime_checkable
class SignsIn(Protocol):
    """An ERP at which a person signs in with a browser, and whose folders (dossiers) are then listed (SEC-03)."""

    def begin_sign_in(self, *, login_hint: str = "") -> Any:
        """Begin; a `BegunSignIn`, to be given back to `finish_sign_in`."""
        ...

    def finish_sign_in(self, sign_in: Any, *, state: str, code: str) -> None:
        """End with what the browser was sent back with; the tokens are stored.

        Raises:
            SignInRequiredError: the answer does not belong to it, or the ERP refused it.
        """
        ...

    def folders(self) -> tuple[ListItem, ...]:
        """The folders of the person signed in."""
        ...

    def close(self) -> None:
        """Close network connections."""
        ...


class SubmissionState(StrEnum):
    """State of an asynchronous import."""

    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    """The whole file was refused; nothing was written."""
    UNKNOWN = "unknown"
    """The ERP does not say; only a look-up tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A record of a file that the ERP refused."""

    key: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionReport:
    """What the ERP says of an import."""

    state: SubmissionState
    refused: tuple[RefusedRecord, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Identity of one imported record at the ERP: looked up afterwards."""

    key: str
    """Ledger key of the record (shop order id, ...)."""
    token: str
    """14 Crockford characters (ebp.md A25)."""
    reference: str
    """Full reference text, which ends in the token where no custom field holds it."""


class ErpConnector(Connector, Protocol):
    """A sales-management ERP: records are sent in batches, each under a token, and searched by it afterwards.

    An ERP may take a file and work on it later, or work while it is asked: then a submission has ended when it returns.
    """

    settle_seconds: float
    """How long an import may take before what is not found goes to review."""

    @property
    def rules(self) -> DocumentRules:
        """How the ERP computes a document, and what a document of it can hold.

        Raises:
            As `read`, where the ERP has to be asked.
        """
        ...

    def reference_for(self, text: str, token: str) -> str:
        """The reference a record will carry: `text` as far as it fits, the token in it where no field holds it."""
        ...

    def submit_documents(self, documents: Sequence[tuple[SalesDocument, Token]]) -> str:
        """Send one batch; the id of the submission.

        Where a document takes several steps, a sending that was cut leaves some unfinished: such a one is not found by
        `find_documents`, and is gone on with, not made again, when it is sent again.

        Raises:
            OutcomeUnknownError: it may have been taken. RefusedError: the whole file was refused.
            AtooSyncError: every other error proves that nothing was written.
        """
        ...

    def submit_customers(self, customers: Sequence[tuple[NewCustomer, Token]]) -> str:
        """As `submit_documents`, for customers."""
        ...

    def submit_settlements(self, settlements: Sequence[tuple[Settlement, Token, str, str, DocumentKind]]) -> str:
        """As `submit_documents`; each with its customer code, document number and kind."""
        ...

    def submission(self, submission_id: str, keys: Sequence[str]) -> SubmissionReport:
        """State of a submission; `keys` are the ledger keys asked about, in any order. One call."""
        ...

    def find_documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """Documents that carry these tokens and are complete, by token, with totals; many tokens a call."""
        ...

    def find_customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Customer code by token."""
        ...

    def find_settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Settlement id by token."""
        ...

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """For ORD-24: document number -> the furthest kind it has become, for those that were transformed."""
        ...

    def calls_for(self, kind: str, rows: int) -> int:
        """Calls that `rows` records take: `document`, `customer`, `settlement`, look-ups included."""
        ...
