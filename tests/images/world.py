"""An ERP with several images an article, and a workbench that links it with a running shop: no plug-in, no sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atoosync_lab.connectors.base import Capability, ReadRequest, Scope
from atoosync_lab.connectors.images import article_image
from atoosync_lab.connectors.shops.prestashop.connector import PrestaShopConnector
from atoosync_lab.connectors.shops.shopify.connector import ShopifyConnector
from atoosync_lab.connectors.shops.woocommerce.connector import WooCommerceConnector
from atoosync_lab.model.catalogue import ArticleImage, ImageContent, Product
from atoosync_lab.planning.plan import Plan
from atoosync_lab.runs.run import RunRequest, RunResult, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox.data.demo.pictures import picture
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.seed import ShopState as PrestaShopState
from atoosync_lab.sandbox.servers import RunningSandbox, start
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from atoosync_lab.sandbox.shopify.seed import ShopState as ShopifyState
from atoosync_lab.sandbox.woocommerce.images import keep
from atoosync_lab.sandbox.woocommerce.install import MEDIA_PASSWORD, MEDIA_USER, WRITE_KEY, WRITE_SECRET
from atoosync_lab.sandbox.woocommerce.state import ShopState as WooState
from atoosync_lab.settings import Profile
from tests.captures import erp_item

SHOPS = ("prestashop", "woocommerce", "shopify")
TAXES = {"prestashop": "1", "woocommerce": "standard", "shopify": "taxable"}


def no_wait(seconds: float) -> None:
    """Waits between tries are not what these tests are about."""


def photo(name: str, side: int = 96, form: str = "JPEG") -> bytes:
    """A picture that shows its name."""
    return picture(name, form, side)


@dataclass
class Erp:
    """Articles with any number of images; it counts the contents that are read of it."""

    articles: dict[str, list[bytes]] = field(default_factory=dict)
    versions: dict[tuple[str, int], int] = field(default_factory=dict)
    sheet: bool = False
    contents_read: int = 0
    calls: int = 0
    system: str = "ebp"
    settle_seconds: float = 0.0
    capabilities: frozenset[Capability] = frozenset(
        {Capability.READ_PRODUCTS, Capability.READ_STOCKS, Capability.READ_IMAGES}
    )
    warnings: list[Any] = field(default_factory=list)

    def server_time(self) -> datetime:
        return datetime.now(UTC)

    def give(self, article: str, *images: bytes) -> None:
        """Make these the images of an article; those that change get a new version."""
        before = self.articles.get(article, [])
        for place, image in enumerate(images):
            if place >= len(before) or before[place] != image:
                self.versions[article, place] = self.versions.get((article, place), 0) + 1
        self.articles[article] = list(images)

    def read(self, scope: Scope, request: ReadRequest) -> Iterator[Mapping[type[Any], Sequence[Any]]]:
        if scope is Scope.PRODUCTS:
            yield {Product: [erp_item(reference, f"Article {reference}") for reference in self.articles]}
        if scope is not Scope.IMAGES:
            return
        for article, images in self.articles.items():
            for place, content in enumerate(images):
                version = str(self.versions[article, place])
                known = request.images.get((article, str(place)))
                if known is not None and known.version == version:
                    yield {ArticleImage: [known]}
                    continue
                self.contents_read += 1
                record, stored = article_image(
                    article, str(place), content, position=place, version=version, sheet=self.sheet
                )
                yield {ArticleImage: [record], ImageContent: [stored]}

    def calls_for(self, kind: str, rows: int) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


class Linked(Workspace):
    """A workbench whose two connectors are given."""

    @classmethod
    def at(cls, root: Path, erp: Any, connect: Callable[[], Any]) -> Linked:
        plain = Workspace.open(root)
        made = cls(**{name: getattr(plain, name) for name in Workspace.__dataclass_fields__})
        object.__setattr__(made, "given", (erp, connect))
        return made

    @contextmanager
    def shop(self, profile: Profile, trace: Any = None) -> Iterator[Any]:
        connector = self.given[1]()  # type: ignore[attr-defined]
        try:
            yield connector
        finally:
            connector.close()

    @contextmanager
    def erp(self, profile: Profile, trace: Any = None) -> Iterator[Any]:
        yield self.given[0]  # type: ignore[attr-defined]


@dataclass
class World:
    """A running shop, an ERP, and the profile that links them."""

    kind: str
    server: RunningSandbox
    root: Path
    erp: Erp = field(default_factory=Erp)
    media: tuple[str, str] = (MEDIA_USER, MEDIA_PASSWORD)
    workspace: Any = None

    def begin(self, **articles: Any) -> World:
        """A fresh home whose profile sends images; `articles`: further settings, by group."""
        self.erp = Erp()
        self.root = self.root.with_name(f"{self.root.name}-{id(self.erp)}")
        self.workspace = Linked.at(self.root, self.erp, self.connect)
        settings: dict[str, Any] = {
            "products": {"default_tax": TAXES[self.kind], "published_only": True},
            "images": {"create": True, "from_sheet": True},
            "update": {"images": True},
        }
        for group, values in articles.items():
            settings[group] = {**settings.get(group, {}), **values}
        profile = Profile.model_validate(
            {
                "id": "test", "name": "Test", "shop": {"system": self.kind, "url": self.server.url},
                "functions": {"products": {"images": True}}, "articles": settings,
            }
        )  # fmt: skip
        self.workspace.profiles.create(profile, who="test")
        return self

    def change(self, **articles: Any) -> None:
        """Change settings of the profile."""
        profiles = self.workspace.profiles
        document = profiles.get("test").model_dump(mode="json")
        for group, values in articles.items():
            document["articles"][group].update(values)
        profiles.save(Profile.model_validate(document), who="test", expected_revision=profiles.revision("test"))

    def connect(self) -> Any:
        """A connector of the shop that does not wait between tries."""
        settings = self.workspace.profiles.get("test").shop
        if self.kind == "prestashop":
            return PrestaShopConnector(settings, DEFAULT_KEY, sleep=no_wait)
        if self.kind == "woocommerce":
            return WooCommerceConnector(settings, WRITE_KEY, WRITE_SECRET, media=self.media, sleep=no_wait)
        return ShopifyConnector(settings, {"shop.access_token": DEFAULT_TOKEN}, sleep=no_wait)

    def run(self, flow: str = "articles", **options: Any) -> RunResult:
        """Run a flow for the profile; the run's counts of calls begin anew."""
        self.server.reset_calls()
        return run(self.workspace, RunRequest(profile="test", flow=flow, who="test", **options))

    def plan(self, flow: str = "articles") -> Plan:
        """The plan of a dry run."""
        found = self.run(flow, dry_run=True).plan
        assert found is not None
        return found

    @property
    def uploads(self) -> int:
        """Files sent since the counts began anew."""
        found = 0
        for template, number in self.server.calls().items():
            method, _, path = template.partition(" ")
            if self.kind == "prestashop":
                found += number if method == "POST" and path.startswith("/api/images/products") else 0
            elif self.kind == "woocommerce":
                found += number if method == "POST" and "wp/v2/media" in path else 0
            else:
                found += number if method == "POST" and path.startswith("/_uploads") else 0
        return found

    def images(self, key: str) -> list[str]:
        """Ids of the images that the shop's product shows, in its order, the main one first."""
        with self.connected() as shop:
            product = self.product(key)
            found: list[ArticleImage] = []
            for chunk in shop.read(Scope.IMAGES, ReadRequest(ids=(product,))):
                found += [i for i in chunk.get(ArticleImage, ()) if i.article_id == product]
        return [i.image_id for i in sorted(found, key=lambda i: i.position)]

    def product(self, key: str) -> str:
        """The shop's product of an article."""
        with self.connected() as shop:
            for chunk in shop.read(Scope.PRODUCTS, ReadRequest()):
                for product in chunk.get(Product, ()):
                    if product.key == key and product.kind == "product":
                        return product.remote_id
        raise KeyError(key)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        shop = self.connect()
        try:
            yield shop
        finally:
            shop.close()

    def stored(self) -> int:
        """Files that the shop keeps, of products and without."""
        table = {"prestashop": "_images", "woocommerce": "images", "shopify": "files"}[self.kind]
        with self.state() as state:
            return int(state.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    @contextmanager
    def state(self) -> Iterator[Any]:
        """The shop's data, past its API."""
        kinds: Mapping[str, Any] = {
            "prestashop": PrestaShopState, "woocommerce": WooState, "shopify": ShopifyState,
        }  # fmt: skip
        state = kinds[self.kind].open(self.server.state)
        try:
            with state.writing():
                yield state
        finally:
            state.db.close()

    def put_by_hand(self, key: str, content: bytes) -> str:
        """Somebody adds an image to a product in the shop's back office; its id."""
        product = int(self.product(key))
        with self.state() as state:
            if self.kind == "prestashop":
                sql = (
                    "INSERT INTO _images (kind, id_owner, position, cover, mime, data)"
                    " VALUES ('products', ?, 99, 0, 'image/jpeg', ?)"
                )
                return str(state.db.execute(sql, (product, content)).lastrowid)
            if self.kind == "woocommerce":
                number = keep(state, "vitrine", "jpg", content, "Vitrine", "")
                row = state.row("products", product)
                state.update("products", {**row, "images": [*row["images"], number]})
                return str(number)
            row = {"kind": "MediaImage", "alt": "", "filename": "vitrine.jpg", "mime_type": "image/jpeg",
                   "source": "https://example.test/vitrine.jpg", "created_at": state.now(), "updated_at": state.now(),
                   "ready_at": state.now(), "width": 96, "height": 96}  # fmt: skip
            number = state.insert("files", row)
            state.insert("product_files", {"product_id": product, "file_id": number, "position": 99})
            return str(number)

    def take_off_by_hand(self, key: str, image: str) -> None:
        """Somebody takes an image off a product; the library keeps it."""
        product = int(self.product(key))
        with self.state() as state:
            if self.kind == "woocommerce":
                row = state.row("products", product)
                state.update("products", {**row, "images": [n for n in row["images"] if str(n) != image]})
            else:
                state.db.execute("DELETE FROM product_files WHERE file_id = ?", (int(image),))

    def notes(self) -> dict[str, str]:
        """What is noted of the images last sent."""
        table = self.workspace.links.fingerprints("test", "images").to_pylist()
        return {row["key"]: row["md5"] for row in table}


@contextmanager
def running(kind: str, folder: Path) -> Iterator[World]:
    """A freshly installed shop."""
    state_of: Mapping[str, Any] = {
        "prestashop": PrestaShopState, "woocommerce": WooState, "shopify": ShopifyState,
    }  # fmt: skip
    place = folder / kind
    place.mkdir()
    state = state_of[kind].open(place)
    getattr(state, "close", state.db.close)()
    with start(kind, place, speed=0, args=["--plan", "plus"] if kind == "shopify" else []) as server:
        yield World(kind, server, folder / f"home-{kind}")
