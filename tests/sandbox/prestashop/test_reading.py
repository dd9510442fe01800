"""Lists: filters, sorting, limits, display, languages, formats."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.sandbox.prestashop.fields import Field
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.prestashop.query import condition
from atoosync_lab.sandbox.prestashop.values import fixed, fold, int_prefix, language_map, language_text, number_prefix
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.sandbox.prestashop.helpers import codes, create, ids, names, product, tag, texts

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture(scope="module")
def tea(shop: RunningSandbox) -> dict[str, int]:
    """Three products by reference."""
    with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, "")) as client:
        return {
            name: create(client, "products", product(name, name=texts(f"{name} en", f"{name} été")))
            for name in ("RD-A", "RD-B", "RD-C")
        }


def _references(api: httpx.Client, tea: dict[str, int], **query: str) -> list[str]:
    params = {"display": "[id,reference]", "sort": "[id_ASC]", **query}
    return names(api.get("/api/products", params=params), "product", "reference")


def test_filters_follow_the_grammar_to_the_letter(api: httpx.Client, tea: dict[str, int]) -> None:
    a, b, c = tea.values()
    assert _references(api, tea, **{"filter[id]": f"[{a}|{c}]"}) == ["RD-A", "RD-C"]
    assert _references(api, tea, **{"filter[id]": f"[{a},{c}]"}) == ["RD-A", "RD-B", "RD-C"]
    assert _references(api, tea, **{"filter[id]": f"[{a},{b},{c}]"}) == ["RD-A"]
    assert _references(api, tea, **{"filter[reference]": "[rd-a]"}) == ["RD-A"]
    assert _references(api, tea, **{"filter[reference]": "[RD-]%"}) == ["RD-A", "RD-B", "RD-C"]
    assert _references(api, tea, **{"filter[reference]": "[RD-]%", "filter[id]": f"![{b}]"}) == ["RD-A", "RD-C"]
    assert _references(api, tea, **{"filter[reference]": "[RD-]%", "filter[id]": f">[{a}]"}) == ["RD-B", "RD-C"]
    assert _references(api, tea, **{"filter[name]": "[RD-B ETE]"}) == ["RD-B"]
    assert _references(api, tea, **{"filter[id]": "[]"}) == []


def test_brackets_in_limit_make_the_offset_zero(api: httpx.Client, tea: dict[str, int]) -> None:
    chosen = {"filter[reference]": "[RD-]%", "sort": "[id_ASC]"}
    assert ids(api.get("/api/products", params={**chosen, "limit": "1,2"})) == [tea["RD-B"], tea["RD-C"]]
    assert ids(api.get("/api/products", params={**chosen, "limit": "[1,2]"})) == [tea["RD-A"], tea["RD-B"]]
    assert ids(api.get("/api/products", params={**chosen, "limit": "[2]"})) == []
    assert ids(api.get("/api/products", params={**chosen, "limit": "-1"})) == []


def test_dates_need_their_flag(api: httpx.Client, tea: dict[str, int]) -> None:
    query = {"filter[date_upd]": ">[2020-01-01]", "filter[reference]": "[RD-A]"}
    refused = api.get("/api/products", params=query)
    assert (refused.status_code, codes(refused)) == (500, {32, 3})
    assert ids(api.get("/api/products", params={**query, "date": "1"})) == [tea["RD-A"]]


def test_a_bad_parameter_is_400_before_version_9(start: Callable[..., RunningSandbox]) -> None:
    shop = start("8")
    with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, "")) as client:
        for query, code in (
            ({"filter[x]": "1"}, 32),
            ({"display": "[x]"}, 35),
            ({"sort": "[x_ASC]"}, 38),
            ({"filter[type]": "1"}, 34),
        ):
            answer = client.get("/api/products", params=query)
            assert (answer.status_code, codes(answer)) == (400, {code})


def test_language_restricts_the_output(api: httpx.Client, tea: dict[str, int]) -> None:
    answer = api.get(f"/api/products/{tea['RD-A']}", params={"language": "2", "display": "[name]"})
    assert names(answer, "name", "language") == ["RD-A été"]
    assert codes(api.get("/api/products", params={"language": "99"})) == {81}


def test_json_has_its_defects(api: httpx.Client, tea: dict[str, int]) -> None:
    query = {"output_format": "JSON"}
    assert api.get("/api/products", params={**query, "filter[reference]": "[NONE]"}).text == "[]"
    listed = api.get(
        "/api/products",
        params={**query, "filter[id]": f"[{tea['RD-A']}]", "display": "[id,price,active,name]", "language": "2"},
    )
    assert listed.json() == {"products": [{"id": tea["RD-A"], "price": "10.000000", "active": "1", "name": "RD-A été"}]}
    single = api.get(f"/api/products/{tea['RD-A']}", params=query).json()["product"]
    # Falsy values vanish from the single form.
    assert "on_sale" not in single
    assert "combinations" not in single["associations"]
    assert api.get("/api/", params=query).status_code == 500


def test_an_unknown_id_is_an_empty_404(api: httpx.Client) -> None:
    answer = api.get("/api/products/99999999999999999999")
    assert (answer.status_code, answer.content) == (404, b"")


def test_the_hash_of_an_answer_gives_304(api: httpx.Client) -> None:
    digest = api.get("/api/zones/1").headers["Content-Sha1"]
    assert api.get("/api/zones/1", headers={"Local-Content-Sha1": digest}).status_code == 304


def test_computed_prices_are_added_on_request(api: httpx.Client, tea: dict[str, int]) -> None:
    query = {"price[ttc][use_tax]": "1", "price[ht][use_tax]": "0", "filter[id]": f"[{tea['RD-A']}]", "display": "[id]"}
    answer = api.get("/api/products", params=query)
    assert names(answer, "product", "ttc") == ["12.000000"]
    assert names(answer, "product", "ht") == ["10.000000"]


def test_display_on_a_single_id_is_empty_before_version_8(start: Callable[..., RunningSandbox]) -> None:
    shop = start("1.7.7")
    with httpx.Client(base_url=shop.url, auth=(DEFAULT_KEY, "")) as client:
        record = create(client, "tags", tag("vide"))
        answer = client.get(f"/api/tags/{record}", params={"display": "full"})
        assert "vide" not in answer.text
        assert f'<tag id="{record}"' in answer.text
        root = client.get("/api/", params={"output_format": "JSON"})
        assert "products" in json.loads(root.text)


@given(st.text(max_size=12), st.sampled_from(["int", "decimal", "text", "datetime"]))
def test_any_filter_value_gives_one_condition(raw: str, kind: str) -> None:
    sql, values = condition(Field("reference", kind), raw)  # type: ignore[arg-type]
    assert sql.count("?") == len(values) >= 1


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_numbers_are_read_from_the_start_of_a_text(number: object) -> None:
    assert number_prefix(f"{number:f} rest") == number
    assert fixed(f"{number:f}").partition(".")[2] == f"{number:.6f}".partition(".")[2]


@given(
    st.dictionaries(
        st.integers(1, 9), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
    )
)
def test_texts_by_language_come_back(by_language: dict[int, str]) -> None:
    expected = {key: text.replace("]]>", "]]&gt;") for key, text in by_language.items()}
    assert language_map(language_text(by_language)) == expected


def test_collation_ignores_case_accents_and_trailing_blanks() -> None:
    assert fold("Épicerie  ") == fold("epicerie")
    assert fold("a b") != fold("ab")
    assert int_prefix("12abc") == 12
