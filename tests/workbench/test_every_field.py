"""Every field of every form against bad input of its kind: a sentence beside it, the entry kept, nothing saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from atoosync_lab.kit.form import Field, Form
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.workbench import connecting_fields, drafts, registry
from atoosync_lab.workbench.settings_form import SettingsCard

OTHER_SHOPS = ("shopify", "woocommerce")


def _shop_of(system: str) -> Callable[[Session], Sequence[Field]]:
    return lambda session: connecting_fields.shop(Session(session.workspace, system))


FORMS = {**registry.FORMS, **{f"shop ({system})": _shop_of(system) for system in OTHER_SHOPS}}

_NUMBERS = ("abc", "1,2,3", "NaN", "Infinity", "0x10", "1e9", "--1", "9" * 400, "10; DROP TABLE profiles", "½")
_BAD: dict[str, Sequence[str]] = {
    "text": ("a\x00b", "deux\nlignes", "\x1b[2J"),
    "area": ("a\x00b",),
    "secret": ("a\x00b", "deux\nlignes"),
    "integer": (*_NUMBERS, "1,5"),
    "decimal": _NUMBERS,
    "switch": ("2", "true", "on", "<b>"),
    "choice": ("valeur-inconnue", "<script>alert(1)</script>", "x" * 10_000),
    "choices": ('["valeur-inconnue"]', "[1]", "{", "pas du JSON", '["<script>"]'),
    "date": ("hier", "2026-02-30", "31/02/2026", "2026-13-01"),
    "time": ("25:00", "8", "08:60", "midi"),
}  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with Workspace.open(tmp_path_factory.mktemp("home")) as workspace:
        workspace.profiles.create(Profile.model_validate({"id": "velo", "name": "Vélo"}), who="camille")
        for system in OTHER_SHOPS:
            given = {"id": system, "name": system, "shop": {"system": system}}
            workspace.profiles.create(Profile.model_validate(given), who="camille")
        yield Session(workspace, "velo")


def bad_values(field: Field) -> list[str]:
    """Entries that the field must refuse."""
    values = list(_BAD[field.kind])
    if field.is_required and field.kind not in ("switch",):
        values.append("" if field.kind != "choices" else "[]")
    if field.max_length is not None:
        values.append("x" * (field.max_length + 1))
    if field.least is not None:
        values.append(str(field.least - 1))
    if field.most is not None:
        values.append(str(field.most + 1))
    if field.places is not None:
        values.append("0," + "1" * (field.places + 1))
    if field.suggest is not None or field.kind == "area":
        return [value for value in values if "\n" not in value]
    return values


def is_setting(name: str) -> bool:
    """Whether a field edits a setting of the profile (a credential does not)."""
    try:
        drafts.value_at(Profile.model_validate({"id": "a", "name": "A"}), name)
    except AttributeError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_field_refuses_bad_input_beside_itself(name: str, session: Session) -> None:
    revision = session.workspace.profiles.revision("velo")
    tried = 0
    for field in FORMS[name](session):
        settings = is_setting(field.name) or field.kind == "secret"
        card = SettingsCard(session, name, [_shown(field)]) if settings else None
        form = card.form if card is not None else Form([_shown(field)], {})
        for value in bad_values(field):
            assert form.set(field.name, value), field.name
            wrong = form.error(field.name)
            assert wrong is not None, f"{field.name} took {value[:60]!r}"
            sentence = str(wrong)
            assert sentence != wrong.code, f"{field.name}: {wrong.code} has no sentence"
            html = form.html()
            assert 'class="err"' in html, field.name
            assert 'aria-invalid="true"' in html or field.kind == "choices", field.name
            assert "<script>" not in html
            if card is not None:
                assert not card.save()
                assert session.workspace.profiles.revision("velo") == revision
                assert not session.workspace.secrets.names("velo")
            assert form.text(field.name) == value, f"{field.name} lost what was typed"
            tried += 1
            form.reset()
    assert tried


def _shown(field: Field) -> Field:
    """The field as it is asked alone: whether it is shown depends on others."""
    return Field(**{name: getattr(field, name) for name in field.__dataclass_fields__ if name != "when"})


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_field_has_words_and_a_control_bound_to_them(name: str, session: Session) -> None:
    for field in FORMS[name](session):
        for code in filter(None, (field.label, field.help, field.unit, field.placeholder)):
            for language in ("fr", "en"):
                assert translate(code, None, language) != code, f"{field.name}: {code} has no sentence ({language})"
        html = Form([_shown(field)], {}).html()
        bound = 'aria-labelledby="' if field.kind == "choices" else f'for="f-{field.name.replace(".", "-")}"'
        assert bound in html or "form.nothing" in html or "Pas de données" in html, field.name


def limits(path: str) -> dict[str, Any]:
    """Limits that the settings model states for a path."""
    model: type[BaseModel] = Profile
    *parents, last = path.split(".")
    for part in parents:
        kinds = [model.model_fields[part].annotation]
        inner = [
            k for kind in kinds for k in (kind, *get_args(kind)) if isinstance(k, type) and issubclass(k, BaseModel)
        ]
        if not inner:
            return {}
        model = inner[0]
    if last not in model.model_fields:
        return {}
    found: dict[str, Any] = {}
    info = model.model_fields[last]
    todo: list[Any] = [
        *info.metadata,
        *(m for arg in get_args(info.annotation) for m in getattr(arg, "__metadata__", ())),
    ]
    for rule in todo:
        for facts in getattr(rule, "metadata", [rule]):
            for attribute in ("max_length", "ge", "le", "gt", "lt", "min_length"):
                if getattr(facts, attribute, None) is not None:
                    found[attribute] = getattr(facts, attribute)
    return found


def test_limits_are_read_off_the_model() -> None:
    assert limits("shop.sizes.prices") == {"ge": 1, "le": 500}
    assert limits("name") == {"min_length": 1, "max_length": 100}
    assert limits("orders.options.ceiling") == {"ge": 0}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_limits_of_fields_agree_with_the_model(name: str, session: Session) -> None:
    for field in FORMS[name](session):
        if not is_setting(field.name):
            continue
        model = limits(field.name)
        if field.kind in ("text", "area") and "max_length" in model:
            assert field.max_length == model["max_length"], field.name
        if field.kind in ("integer", "decimal"):
            # A field may be stricter than the model, never looser.
            assert "ge" not in model or (field.least is not None and field.least >= model["ge"]), field.name
            assert "le" not in model or (field.most is not None and field.most <= model["le"]), field.name
        if field.kind == "text" and model.get("min_length"):
            assert field.is_required, field.name


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_saved_value_is_shown_and_read_again_unchanged(name: str, session: Session) -> None:
    for field in FORMS[name](session):
        if not is_setting(field.name):
            continue
        value = drafts.value_at(session.profile, field.name)
        form = Form([_shown(field)], {field.name: value})
        form.set(field.name, form.text(field.name))
        assert not form.dirty(), field.name
        assert drafts.apply(session.profile, {field.name: value}) == session.profile, field.name
        assert not isinstance(value, float) or isinstance(value, Decimal)
