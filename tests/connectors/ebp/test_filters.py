"""Filters become YAML trees that EBP reads, never wider gaps than the planner can close."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.ebp import EbpConnector, facts, filters
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.reads import split_values
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.filters import Combination, Comparison, Filter, Operator
from tests.connectors.ebp.helpers import read_all

pytestmark = pytest.mark.spec("ART-10")


def _like(pattern: str) -> Comparison:
    return Comparison("Id", Operator.LIKE, (pattern,))


def test_filter_becomes_the_tree_that_ebp_documents() -> None:
    wanted = Combination("and", _like("EM%"), Comparison("Weight", Operator.BETWEEN, ("1", "2.5"), "number"))
    assert yaml.safe_load(filters.to_yaml(wanted)) == {
        "type": "ImbricationFilter",
        "operator": "And",
        "left": {
            "type": "CustomFilter", "column": "Id", "operator": "Like", "valueType": "String", "value": ["EM%"],
        },
        "right": {
            "type": "CustomFilter", "column": "Weight", "operator": "Between", "valueType": "Decimal",
            "value": ["1", "2.5"],
        },
    }  # fmt: skip


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))), min_size=1, max_size=5))
def test_any_value_comes_back_from_the_yaml_as_it_was(wanted: list[str]) -> None:
    tree = yaml.safe_load(filters.to_yaml(filters.any_of("Reference", wanted)))
    assert tree["value"] == wanted


def test_tokens_of_digits_stay_texts() -> None:
    assert "'00000000000012'" in filters.to_yaml(filters.any_of("xx_AtooKey", ["00000000000012"]))


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (Comparison("Id", Operator.NOT_LIKE, ("EM%",)), None),
        (Combination("and", _like("E%"), Comparison("Id", Operator.NOT_LIKE, ("EM%",))), _like("E%")),
        (Combination("or", _like("E%"), Comparison("Id", Operator.NOT_LIKE, ("EM%",))), None),
        (_like("100\\%"), _like("100_")),
        (_like("a[b"), _like("a_b")),
        (_like("a\\"), _like("a_")),
    ],
)
def test_what_ebp_cannot_do_is_left_to_the_planner(wanted: Filter, sent: Filter | None) -> None:
    assert filters.sendable(wanted) == sent


def test_ebp_applies_a_filter_to_articles(erp: EbpConnector) -> None:
    found = read_all(erp, Scope.PRODUCTS, Product, ReadRequest(filter=_like("ZZ%")))
    assert [p.key for p in found] == [f"ZZ{n}" for n in range(201, 251)]


def test_filter_that_ebp_refuses_is_named_and_the_table_read_whole(erp: EbpConnector) -> None:
    odd = Comparison("sysModifiedDate", Operator.GT, ("2001-01-01",))
    assert len(read_all(erp, Scope.PRODUCTS, Product, ReadRequest(filter=odd))) == 250
    assert [w.code for w in erp.warnings] == ["ebp.filter_not_applied"]


@pytest.mark.spec("ERP-01")
def test_look_ups_are_split_below_the_longest_address(erp: EbpConnector) -> None:
    references = [f"Éé {n:04d} " + "é" * 45 + f" [{n:014d}]" for n in range(150)]
    query = Query(table="SaleDocument", columns=facts.DOCUMENT_COLUMNS)
    parts = list(split_values(erp._client, query, "Reference", references))
    assert [v for part in parts for v in part.where.values] == references  # type: ignore[union-attr]
    assert all(erp._client.url_bytes(part) < facts.MAX_URL_BYTES for part in parts)
    tokens = [f"{n:014d}" for n in range(250)]
    sizes = [len(p.where.values) for p in split_values(erp._client, query, "xx_AtooKey", tokens)]  # type: ignore[union-attr]
    assert sizes == [100, 100, 50]
