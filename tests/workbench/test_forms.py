"""The form engine: typed text becomes a value or a sentence; nothing typed is lost, whoever saves, whatever fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.form import Field, FieldError, Form, parse, text_of
from atoosync_lab.model.errors import SettingsError, StorageError
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.runs.refreshing import GONE
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import drafts, lists, profile_fields
from atoosync_lab.workbench.settings_form import SettingsCard

LABEL = "profiles.field.name"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def session(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("ATOOSYNC_WHO", "camille")
    monkeypatch.delenv("ATOOSYNC_LANG", raising=False)
    workspace.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo Nord"}), who="camille")
    return Session(workspace, "velo")


def somebody_saves(session: Session, who: str = "marie", **changes: Any) -> None:
    """Another person saves the same profile."""
    profiles = session.workspace.profiles
    values = {name.replace("__", "."): value for name, value in changes.items()}
    profiles.save(
        drafts.apply(session.profile, values), who=who, expected_revision=profiles.revision(session.profile_id)
    )


def press(card: SettingsCard, act: str, value: str = "") -> None:
    card.view._actions[act](value)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (Field("n", "text", LABEL), "  Vélo ", "Vélo"),
        (Field("n", "area", LABEL), "a\nb", "a\nb"),
        (Field("n", "integer", LABEL), "1\u202f842", 1842),
        (Field("n", "integer", LABEL), "−3", -3),
        (Field("n", "integer", LABEL, required=False), "", None),
        (Field("n", "decimal", LABEL, places=2), "0,05", Decimal("0.05")),
        (Field("n", "decimal", LABEL), "1 234.5", Decimal("1234.5")),
        (Field("n", "switch", LABEL), "1", True),
        (Field("n", "switch", LABEL), "", False),
        (Field("n", "choice", LABEL, choices=(Choice("a", "A"),)), "a", "a"),
        (Field("n", "choice", LABEL, choices=(Choice("a", "A"),)), "", ""),
        (Field("n", "choices", LABEL, choices=(Choice("a", "A"), Choice("b", "B"))), '["b", "a"]', ("b", "a")),
        (Field("n", "date", LABEL), "2026-11-25", date(2026, 11, 25)),
        (Field("n", "date", LABEL), "25/11/2026", date(2026, 11, 25)),
        (Field("n", "time", LABEL), "8h30", time(8, 30)),
    ],
)
def test_typed_text_becomes_the_value(field: Field, typed: str, value: object) -> None:
    parsed = parse(field, typed)
    assert parsed == value
    assert type(parsed) is type(value)
    assert parse(field, text_of(field, parsed)) == value, "what is shown is read again as the same"


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        (Field("n", "text", LABEL, required=True), "  ", "form.required"),
        (Field("n", "text", LABEL, max_length=3), "abcd", "form.too_long"),
        (Field("n", "text", LABEL), "a\x00b", "form.control_character"),
        (Field("n", "text", LABEL), "a\nb", "form.control_character"),
        (Field("n", "integer", LABEL), "", "form.number_required"),
        (Field("n", "integer", LABEL), "1,5", "form.not_an_integer"),
        (Field("n", "integer", LABEL), "dix", "form.not_a_number"),
        (Field("n", "integer", LABEL), "9" * 5000, "form.not_a_number"),
        (Field("n", "integer", LABEL, least=1, most=9), "10", "form.outside"),
        (Field("n", "integer", LABEL, least=1), "0", "form.too_small"),
        (Field("n", "decimal", LABEL, most=1), "1,01", "form.too_large"),
        (Field("n", "decimal", LABEL, places=2), "0,055", "form.too_many_places"),
        (Field("n", "decimal", LABEL), "NaN", "form.not_a_number"),
        (Field("n", "decimal", LABEL), "Infinity", "form.not_a_number"),
        (Field("n", "decimal", LABEL), "1e5", "form.not_a_number"),
        (Field("n", "switch", LABEL), "oui", "form.not_a_switch"),
        (Field("n", "choice", LABEL, choices=(Choice("a", "A"),)), "b", "form.unknown_choice"),
        (Field("n", "choice", LABEL, choices=(Choice("a", "A"),), required=True), "", "form.choice_required"),
        (Field("n", "choices", LABEL, choices=(Choice("a", "A"),)), '["a", "b"]', "form.unknown_choice"),
        (Field("n", "choices", LABEL, choices=(Choice("a", "A"),)), "[1]", "form.unknown_choice"),
        (Field("n", "choices", LABEL, choices=(Choice("a", "A"),)), "{", "form.unknown_choice"),
        (Field("n", "date", LABEL), "2026-02-30", "form.not_a_date"),
        (Field("n", "date", LABEL), "", "form.date_required"),
        (Field("n", "time", LABEL), "24:00", "form.not_a_time"),
        (Field("n", "time", LABEL), "", "form.time_required"),
    ],
)
def test_wrong_entry_gets_its_sentence(field: Field, typed: str, code: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse(field, typed)
    assert caught.value.code == code
    assert "form." not in str(caught.value)


def test_boxes_of_several_choices_are_told_one_by_one() -> None:
    form = Form([Field("w", "choices", LABEL, choices=(Choice("1", "Un"), Choice("2", "Deux")))], {"w": ("1", "9")})
    assert form.set("w::2", "1")
    assert form.values()["w"] == ("1", "9", "2"), "a saved value that the list has lost is kept"
    form.set("w::1", "")
    form.set("w::9", "")
    assert form.changed() == {"w": ("2",)}
    assert not form.set("autre", "1")


def test_row_binds_label_help_and_error_to_the_control() -> None:
    form = Form([Field("name", "text", LABEL, "profiles.help.name", required=True)], {"name": "x"})
    form.set("name", '"><script>')
    assert "<script>" not in form.html()
    form.set("name", "")
    html = form.html()
    assert 'for="f-name"' in html
    assert 'id="f-name"' in html
    assert 'aria-describedby="f-name-help f-name-err"' in html
    assert 'aria-invalid="true"' in html
    assert "Ce champ est à remplir." in html


def test_field_shown_by_condition_is_neither_judged_nor_saved_while_hidden() -> None:
    fields = [
        Field("on", "switch", LABEL),
        Field("size", "integer", LABEL, least=1, when=lambda values: bool(values["on"])),
    ]
    form = Form(fields, {"on": True, "size": 5})
    form.set("size", "x")
    assert form.errors()
    form.set("on", "")
    assert not form.errors()
    assert form.changed() == {"on": False}


@pytest.mark.spec("SVC-03")
def test_card_saves_what_changed_and_the_bar_comes_and_goes(session: Session) -> None:
    saved: list[str] = []
    fields = profile_fields.identity(session)
    card = SettingsCard(session, "Profil", fields, on_saved=lambda p: saved.append(p.name))
    assert "Enregistrer<" not in card.html()
    card._typed("keep_days", "45")
    assert "Une modification non enregistrée" in card.html()
    press(card, "undo")
    assert not card.form.dirty()
    card._typed("name", "Vélo Sud")
    press(card, "save")
    assert session.profile.name == "Vélo Sud"
    assert session.profile.keep_days == 30
    assert saved == ["Vélo Sud"]
    assert "Enregistré, " in card.html()
    assert session.workspace.profiles.history("velo")[0].fields() == {"name": ("Vélo Nord", "Vélo Sud")}


@pytest.mark.spec("SVC-03")
def test_two_cards_of_one_person_do_not_hinder_each_other(session: Session) -> None:
    one = SettingsCard(session, "Profil", profile_fields.identity(session))
    other = SettingsCard(session, "Options", profile_fields.sizes(session))
    one._typed("name", "Un")
    other._typed("shop.sizes.prices", "70")
    assert one.save()
    assert other.save()
    assert (session.profile.name, session.profile.shop.sizes.prices) == ("Un", 70)


@pytest.mark.spec("SVC-03")
def test_other_person_who_saved_meanwhile_is_named_and_nothing_is_written_or_lost(session: Session) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("name", "Le mien")
    card._typed("keep_days", "60")
    somebody_saves(session, name="Le sien", timezone="Europe/Brussels")
    assert not card.save()
    assert session.profile.name == "Le sien"
    html = card.html()
    assert "marie a enregistré ce profil entre-temps" in html
    assert card.form.text("name") == "Le mien"
    press(card, "reread")
    html = card.html()
    assert "Enregistré entre-temps : Le sien." in html.replace("\u00a0", " ")
    assert card.form.text("timezone") == "Europe/Brussels", "what I did not touch is theirs"
    press(card, "take", "name")
    assert card.form.text("name") == "Le sien"
    assert card.save()
    assert (session.profile.name, session.profile.keep_days) == ("Le sien", 60)


def test_other_person_who_saved_other_settings_is_not_merged_in_silence(session: Session) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("keep_days", "60")
    somebody_saves(session, shop__sizes__prices=70)
    assert not card.save()
    press(card, "reread")
    assert "Enregistré entre-temps" not in card.html()
    assert card.save()
    assert (session.profile.keep_days, session.profile.shop.sizes.prices) == (60, 70)


def test_same_person_in_another_window_who_changed_the_same_setting_is_asked(session: Session) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("name", "Ici")
    somebody_saves(session, who="camille", name="Là")
    assert not card.save()
    assert session.profile.name == "Là"


def test_lists_read_meanwhile_are_nobodys_opinion(session: Session) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("name", "Ici")
    items = ReferenceLists(lists={ListName.TAXES: (ListItem(id="1", label="TVA 20 %"),)})
    profiles = session.workspace.profiles
    changed = session.profile.model_copy(update={"shop_lists": items})
    profiles.save(changed, who="marie", expected_revision=profiles.revision("velo"))
    assert card.save()
    assert session.profile.shop_lists == items


@pytest.mark.parametrize(
    "error",
    [StorageError("store.unreachable", path="x"), sqlite3.ProgrammingError("Cannot operate on a closed database.")],
    ids=["lost", "unexpected"],
)
def test_store_that_fails_is_told_and_what_was_typed_stays(
    session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("name", "Gardé")

    def fail(*args: object, **kwargs: object) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(type(session.workspace.profiles), "save", fail)
        assert not card.save()
    assert card.form.text("name") == "Gardé"
    assert "fg-block" in card.html()
    assert "Cannot operate" not in card.html()
    assert card.save()
    assert session.profile.name == "Gardé"


def test_full_disk_is_told_and_what_was_typed_stays(session: Session) -> None:
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    store = session.workspace.store
    card._typed("name", "Gardé")
    # SQLite raises the error of a full disk at its own limit too; lists of that size need many new pages.
    items = tuple(ListItem(id=str(n), label="x" * 200) for n in range(2_000))
    with store.begin() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    revision = session.workspace.profiles.revision("velo")
    fat = session.profile.model_copy(update={"erp_lists": ReferenceLists(lists={ListName.TAXES: items})})
    card._read = lambda: (fat, revision)  # type: ignore[method-assign]
    assert not card.save()
    assert "fg-block" in card.html()
    assert card.form.text("name") == "Gardé"
    assert session.profile.name == "Vélo Nord"


def test_model_is_the_last_judge_and_its_objection_stands_beside_the_field(session: Session) -> None:
    loose = Field("shop.sizes.prices", "integer", "profiles.field.prices")
    card = SettingsCard(session, "Options", [loose])
    card._typed("shop.sizes.prices", "9000")
    assert not card.save()
    assert "La plus grande valeur possible est 500." in card.html()
    assert card.form.text("shop.sizes.prices") == "9000"
    assert session.profile.shop.sizes.prices == 50


def test_name_of_another_profile_is_refused_at_the_bar(session: Session) -> None:
    session.workspace.profiles.create(Profile.model_validate({"id": "autre", "name": "Pris"}), who="camille")
    card = SettingsCard(session, "Profil", profile_fields.identity(session))
    card._typed("name", "Pris")
    assert not card.save()
    assert "Pris" in card.html()
    assert session.profile.name == "Vélo Nord"


@pytest.mark.spec("SVC-06")
def test_value_that_its_list_has_lost_is_marked_and_kept(session: Session) -> None:
    items = (ListItem(id="1", label="TVA 20 %"), ListItem(id="2", label="Ancienne", extra={GONE: "2026-11-20"}))
    profiles = session.workspace.profiles
    with_lists = session.profile.model_copy(update={"shop_lists": ReferenceLists(lists={ListName.TAXES: items})})
    profiles.save(with_lists, who="camille", expected_revision=profiles.revision("velo"))
    offered = lists.choices(session, "shop", ListName.TAXES, empty_label="Aucune")
    assert [choice.value for choice in offered] == ["", "1"]
    field = Field(
        "t", "choice", LABEL, choices=offered, gone=lambda value: lists.gone(session, "shop", ListName.TAXES, value)
    )
    form = Form([field], {"t": "2"})
    html = form.html()
    assert "Cette valeur n’existe plus dans la boutique (depuis le 20/11/2026)" in html
    assert 'value="2" selected' in html
    assert form.values() == {"t": "2"}
    assert "n’existe plus" in Form([field], {"t": "7"}).html()
    assert "n’existe plus" not in Form([field], {"t": "1"}).html()


def test_draft_names_the_setting_it_cannot_take() -> None:
    profile = Profile.model_validate({"id": "velo", "name": "Vélo"})
    with pytest.raises(drafts.FieldErrors) as caught:
        drafts.apply(profile, {"keep_days": 0, "orders.options.ceiling": Decimal(-1)})
    assert set(caught.value.by_path) == {"keep_days", "orders.options.ceiling"}
    with pytest.raises(SettingsError):
        drafts.apply(profile, {"rien": 1})
    assert drafts.apply(profile, {"orders.maps.taxes": {"TVA|20": "7"}}).orders.maps.taxes == {"TVA|20": "7"}
