"""The mapping table: states, suggestions, defaults, effect, saving with others about, and what a browser may send."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atoosync_lab.connectors import plugins
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.settings import Profile
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.profiles import Profiles
from atoosync_lab.workbench import maps
from atoosync_lab.workbench.map_draft import MapDraft
from atoosync_lab.workbench.mapping_rows import State
from atoosync_lab.workbench.mapping_table import MappingTable
from atoosync_lab.workbench.status_map import STATUSES
from tests.workbench.orders_home import BELGIAN, FOREIGN, FRENCH, ZERO, furnished, plan, saves, session

__all__ = ["furnished", "session"]
pytestmark = pytest.mark.spec("SVC-16")
AUSTRIAN = "USt. AT 20%|20"


@pytest.mark.spec("ORD-04")
def test_unmapped_taxes_that_orders_use_come_first(session: Session) -> None:
    draft = MapDraft(session, maps.TAXES)
    assert draft.order[0] == BELGIAN
    assert {row: draft.state(row) for row in draft.order} == {
        BELGIAN: State.MISSING,
        FRENCH: State.DONE,
        AUSTRIAN: State.IDLE,
        ZERO: State.DONE,
    }
    assert (draft.used(BELGIAN), draft.used(FRENCH), draft.used(AUSTRIAN)) == (2, 3, 0)


def test_equal_rate_is_suggested_and_related_only_where_it_is_certain(session: Session) -> None:
    draft = MapDraft(session, maps.TAXES)
    assert draft.suggestions(BELGIAN, "vat") == ("V21",)
    assert draft.suggestions(AUSTRIAN, "vat") == ("V20",)
    assert draft.relate_certain() == 1  # a French code is not the answer to an Austrian tax of the same rate
    assert draft.changes == {BELGIAN: {"vat": "V21"}}


def test_changes_tell_the_orders_they_free_and_their_total(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    assert table.draft.waiting() == 2
    table.draft.set(BELGIAN, "vat", "V21")
    effect = table.draft.effect()
    assert (effect.records, effect.amount, effect.currency) == ((), None, "")  # Belgium itself is not mapped yet
    saves(session, whoami(), maps__default_country={"with_tax": "UE", "without_tax": "UE"})
    table.reload()
    plan(session)
    again = MappingTable(session, maps.TAXES)
    again.draft.set(BELGIAN, "vat", "V21")
    effect = again.draft.effect()
    assert (effect.records, effect.amount) == (("102", "103"), Decimal("24.20"))
    again.paint()
    assert "Il débloque 2 commandes, 24,20\u00a0€ TTC." in again.foot.html


def test_another_rate_is_told_and_frees_nothing_for_sure(session: Session) -> None:
    draft = MapDraft(session, maps.TAXES)
    draft.set(BELGIAN, "vat", "V20")
    assert draft.state(BELGIAN) is State.RATE
    assert draft.effect().records == ()


def test_default_goes_to_checked_rows_alone(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.grid.check([BELGIAN])
    table.paint()
    assert "1 ligne cochée" in table.head.html
    table._typed("default:orders.maps.default_tax", "V21")
    table._apply("vat")
    assert table.draft.changes == {BELGIAN: {"vat": "V21"}}
    assert table.save()
    taxes = session.profile.orders.maps
    assert (taxes.taxes[BELGIAN], taxes.default_tax) == ("V21", "V21")
    assert AUSTRIAN not in taxes.taxes


def test_none_removes_a_relation(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.grid.changes = {FRENCH: {"vat": ""}}
    assert table.draft.changes == {FRENCH: {"vat": ""}}
    assert table.save()
    assert session.profile.orders.maps.taxes == {}


def test_choice_taken_back_is_no_change(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.grid.changes = {BELGIAN: {"vat": "V21"}}
    assert table.draft.dirty
    table.grid.changes = {}
    assert not table.draft.dirty


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [(BELGIAN, "vat", "V99"), ("TVA XX 9%|9", "vat", "V20"), (BELGIAN, "country", "V20"), (BELGIAN, "vat", "V20 ")],
)
def test_what_the_page_does_not_offer_is_dropped(session: Session, row: str, column: str, value: str) -> None:
    table = MappingTable(session, maps.TAXES)
    table.grid.changes = {row: {column: value}}
    assert not table.draft.dirty
    assert not table.draft.set(row, column, value)


@pytest.mark.spec("SVC-06")
def test_value_gone_from_the_erp_is_marked_and_kept(session: Session) -> None:
    profiles = session.workspace.profiles
    profile = profiles.get("test")
    lists = {name: tuple(i for i in items if i.id != "V20") for name, items in profile.erp_lists.lists.items()}
    fresh = profile.erp_lists.model_copy(update={"lists": lists})
    merged, _, gone = refreshing.merge(profile.erp_lists, fresh, {"V20"})
    profiles.save(profile.model_copy(update={"erp_lists": merged}), who="x", expected_revision=1)
    table = MappingTable(session, maps.TAXES)
    assert gone
    assert table.draft.state(FRENCH) is State.GONE
    assert table.draft.values(FRENCH) == {"vat": "V20"}
    assert table.draft.rows_in("gone") == [FRENCH]
    assert not table.draft.set(BELGIAN, "vat", "V20")


@pytest.mark.spec("SEC-04")
def test_saving_writes_the_changed_rows_and_their_history(session: Session) -> None:
    table = MappingTable(session, maps.COUNTRIES)
    table.draft.set("BE", "with_tax", "UE")
    assert table.save()
    assert session.profile.orders.maps.countries["BE"].with_tax == "UE"
    change = session.workspace.profiles.history("test")[0]
    assert change.who == whoami()
    assert change.fields()["orders.maps.countries.BE.with_tax"] == (None, "UE")


def test_somebody_else_saving_another_row_is_told_and_nothing_is_lost(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.draft.set(BELGIAN, "vat", "V21")
    saves(session, "marc", maps__taxes={FRENCH: "V20", AUSTRIAN: "V20"})
    assert not table.save()
    assert "marc" in table.foot.html
    assert BELGIAN not in session.profile.orders.maps.taxes
    table._reread("")
    assert table.draft.changes == {BELGIAN: {"vat": "V21"}}
    assert table.save()
    assert session.profile.orders.maps.taxes == {FRENCH: "V20", AUSTRIAN: "V20", BELGIAN: "V21"}


def test_somebody_else_saving_the_same_row_is_shown_beside_it(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.draft.set(BELGIAN, "vat", "V21")
    saves(session, "marc", maps__taxes={FRENCH: "V20", BELGIAN: "V20"})
    assert not table.save()
    table._reread("")
    assert table.draft.changes == {BELGIAN: {"vat": "V21"}}
    assert "TVA 20" in table.grid.errors[BELGIAN]
    table._take(BELGIAN)
    assert not table.draft.dirty
    assert table.draft.values(BELGIAN) == {"vat": "V20"}


def test_own_save_of_another_block_is_no_conflict(session: Session) -> None:
    table = MappingTable(session, maps.TAXES)
    table.draft.set(BELGIAN, "vat", "V21")
    saves(session, whoami(), header__reference="Boutique %OI")
    assert table.save()
    assert session.profile.orders.header.reference == "Boutique %OI"
    assert session.profile.orders.maps.taxes[BELGIAN] == "V21"


def test_lost_store_keeps_what_was_chosen(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    table = MappingTable(session, maps.TAXES)
    table.draft.set(BELGIAN, "vat", "V21")

    def full(*args: object, **options: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Profiles, "save", full)
    assert not table.save()
    assert table.draft.changes == {BELGIAN: {"vat": "V21"}}
    assert "OSError" not in table.foot.html
    assert "fg-block" in table.foot.html


def test_race_between_reading_and_saving_is_a_conflict(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    table = MappingTable(session, maps.TAXES)
    table.draft.set(BELGIAN, "vat", "V21")
    real = Profiles.save

    def raced(self: Profiles, profile: Profile, *, who: str, expected_revision: int) -> int:
        monkeypatch.setattr(Profiles, "save", real)
        saves(session, "marc", header__reference="R")
        raise ConflictError("profile.conflict", profile="x", who="marc", found=3, expected=2)

    monkeypatch.setattr(Profiles, "save", raced)
    assert not table.save()
    assert "marc" in table.foot.html
    assert table.draft.changes


@pytest.mark.spec("ORD-05")
def test_payment_map_has_a_row_per_method_and_currency(session: Session) -> None:
    draft = MapDraft(session, maps.PAYMENTS)
    assert {"alma|EUR", "alma|GBP", "ps_wirepayment|EUR", "ps_wirepayment|GBP"} == set(draft.order)
    assert draft.state("alma|EUR") is State.MISSING
    draft.set("alma|EUR", "payment_means", "CB")
    assert draft.effect().records == ("104",)
    draft.set("alma|EUR", "customer", "WEBALMA")
    draft.set("alma|EUR", "create_settlement", "")
    assert draft.save()
    rule = session.profile.orders.maps.payments["alma|EUR"]
    assert (rule.payment_means, rule.customer, rule.create_settlement) == ("CB", "WEBALMA", False)


def test_columns_that_the_erp_has_no_place_for_are_left_out() -> None:
    shown = maps.PAYMENTS.without(plugins.erp("tryton").ignores)
    assert {t.column for t in maps.PAYMENTS.targets} - {t.column for t in shown.targets} == {"treasury"}
    assert maps.PAYMENTS.without(plugins.erp("ebp").ignores) is maps.PAYMENTS


def test_typed_cell_that_is_too_long_gets_its_sentence(session: Session) -> None:
    table = MappingTable(session, maps.PAYMENTS)
    table.draft.set("alma|EUR", "treasury", "5" * 40)
    assert not table.save()
    assert "20" in table.grid.errors["alma|EUR"]
    assert table.draft.changes["alma|EUR"]["treasury"] == "5" * 40
    assert "alma|EUR" not in session.profile.orders.maps.payments


@pytest.mark.spec("ORD-06")
def test_carriers_are_keyed_as_the_setting_says(session: Session) -> None:
    draft = MapDraft(session, maps.CARRIERS)
    assert set(draft.order) == {"3", "5"}
    assert draft.state("3") is State.DEFAULT
    assert draft.suggestions("3", "mode") == ("CHR",)
    saves(session, whoami(), maps__carriers_by="name")
    assert "Chronopost 24 h" in MapDraft(session, maps.CARRIERS).order


def test_foreign_names_are_text(session: Session) -> None:
    table = MappingTable(session, maps.CARRIERS)
    assert FOREIGN in [row.cells["carrier"] for row in table.draft.rows.values()]
    assert FOREIGN not in table.grid.html
    table.draft.set("5", "mode", "COL")
    table.paint()
    assert FOREIGN not in table.foot.html


@pytest.mark.spec("ORD-07")
def test_own_currency_of_the_shop_is_not_asked_for(session: Session) -> None:
    assert MapDraft(session, maps.CURRENCIES).order == ["GBP"]


@pytest.mark.spec("ORD-01")
def test_status_without_a_kind_is_not_imported(session: Session) -> None:
    draft = MapDraft(session, STATUSES)
    assert draft.state("2") is State.DONE
    assert draft.state("6") is State.IDLE
    draft.set("3", "kind", "invoice")
    draft.set("2", "kind", "")
    assert draft.save()
    statuses = session.profile.orders.statuses
    assert set(statuses) == {"3"}
    assert (statuses["3"].kind.value, statuses["3"].state) == ("invoice", "Accepté")


@pytest.mark.spec("ART-08")
def test_tax_rules_of_the_shop_are_suggested_by_the_rate_in_their_name(session: Session) -> None:
    draft = MapDraft(session, maps.ARTICLE_TAXES)
    assert draft.suggestions("V20", "group") == ("7",)
    assert draft.suggestions("V0", "group") == ("0",)


def test_empty_profile_says_what_to_do(session: Session) -> None:
    profiles = session.workspace.profiles
    profiles.create(Profile.model_validate({"id": "bare", "name": "Vide"}), who="x")
    table = MappingTable(Session(session.workspace, "bare"), maps.COUNTRIES)
    assert "Pas de données" in table.grid.html
    table.reread("")  # no credentials: a sentence, not a trace
    assert "Traceback" not in table.head.html
    assert table.head.html.count("note") >= 1
