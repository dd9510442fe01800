"""Shipping zones: their places and their methods."""

from __future__ import annotations

from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import list_headers
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_trash
from atoosync_lab.sandbox.woocommerce.state import Row


def zone_shown(call: Call, row: Row) -> Json:
    """A shipping zone."""
    own = f"shipping/zones/{row['id']}"
    found = links(call, own, "shipping/zones", ALL, describedby=[{"href": call.link(f"{own}/locations")}])
    return {"id": row["id"], "name": row["name"], "order": row.get("order", 0), "_links": found}


def _zone(call: Call, name: str = "id") -> Row:
    number = call.number(name)
    row = call.state.row("zones", number) if number else {"id": 0, "name": "Locations not covered by your other zones"}
    if row is None:
        raise ApiError(404, "woocommerce_rest_shipping_zone_invalid", "Resource does not exist.")
    return row


def zone_list(call: Call) -> Answer:
    """All zones; the first is for the rest of the world."""
    rows = [{"id": 0, "name": "Locations not covered by your other zones"}, *call.state.rows("zones")]
    return Answer([zone_shown(call, row) for row in rows], headers=list_headers(call, len(rows)))


def zone_one(call: Call) -> Answer:
    """One zone."""
    return Answer(zone_shown(call, _zone(call)))


def zone_write(call: Call) -> Answer:
    """A new zone, or a change of one."""
    with call.state.writing():
        fresh = "id" not in call.url
        row: Row = {"name": "", "order": 0, "locations": []} if fresh else _zone(call)
        for name in ("name", "order"):
            if call.params.get(name) is not None:
                row[name] = call.params[name]
        if fresh:
            call.state.insert("zones", row)
        else:
            call.state.update("zones", row)
    location = {"Location": call.link(f"shipping/zones/{row['id']}")} if fresh else {}
    return Answer(zone_shown(call, row), 201 if fresh else 200, location)


def zone_delete(call: Call) -> Answer:
    """Remove a zone for good."""
    if not call.params.get("force"):
        raise no_trash("Shipping zones")
    with call.state.writing():
        row = _zone(call)
        call.state.delete("zones", row["id"])
    return Answer(zone_shown(call, row))


def zone_places(call: Call) -> Answer:
    """The places of a zone; a write replaces them."""
    with call.state.writing():
        row = _zone(call)
        if call.method != "GET" and isinstance(call.content, list):
            row["locations"] = [
                {"code": p["code"], "type": p.get("type", "country")} for p in call.content if p.get("code")
            ]
            call.state.update("zones", row)
    own = f"shipping/zones/{row['id']}"
    found = {"collection": [{"href": call.link(f"{own}/locations")}], "describes": [{"href": call.link(own)}]}
    places = [{**place, "_links": found} for place in row.get("locations", [])]
    return Answer(places, headers=list_headers(call, len(places)))


def _field(name: str, kind: str, value: str, default: str, options: tuple[str, ...] = ()) -> Json:
    found: Json = {"id": name, "label": "", "description": "", "type": kind, "value": value, "default": default,
                   "tip": "", "placeholder": ""}  # fmt: skip
    return {**found, "options": dict.fromkeys(options, "")} if options else found


def method_shown(call: Call, row: Row) -> Json:
    """A shipping method of a zone."""
    default = row["method_id"].replace("_", " ").capitalize()
    title = row.get("title") or default
    own = f"shipping/zones/{row['zone_id']}/methods"
    fields = [
        _field("title", "text", title, default),
        _field("tax_status", "select", "taxable", "taxable", ("taxable", "none")),
        _field("cost", "text", row.get("cost", "0"), ""),
    ]
    classes = call.state.rows("terms", "taxonomy = 'product_shipping_class'")
    if row["method_id"] == "flat_rate" and classes:
        fields.append(_field("class_costs", "title", "", ""))
        fields += [_field(f"class_cost_{term['id']}", "text", "", "") for term in classes]
        fields.append(_field("no_class_cost", "text", "", ""))
        fields.append(_field("type", "select", "class", "class", ("class", "order")))
    about = {"describes": [{"href": call.link(f"shipping/zones/{row['zone_id']}")}]}
    return {
        "id": row["id"], "instance_id": row["id"], "title": title, "order": row.get("order", 1),
        "enabled": row.get("enabled", True), "method_id": row["method_id"], "method_title": "",
        "method_description": "", "settings": {field["id"]: field for field in fields},
        "_links": {**links(call, f"{own}/{row['id']}", own, ALL), **about},
    }  # fmt: skip


def method_list(call: Call) -> Answer:
    """The shipping methods of a zone."""
    zone = _zone(call, "zone_id")
    rows = call.state.rows("zone_methods", "zone_id = ?", (zone["id"],))
    return Answer([method_shown(call, row) for row in rows], headers=list_headers(call, len(rows)))


def method_create(call: Call) -> Answer:
    """A new shipping method; the shop answers 200."""
    with call.state.writing():
        zone = _zone(call, "zone_id")
        row = {"zone_id": zone["id"], "method_id": str(call.params["method_id"]), "order": 1, "enabled": True}
        call.state.insert("zone_methods", row)
    return Answer(method_shown(call, row))
