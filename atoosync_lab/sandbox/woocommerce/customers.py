"""Customers."""

from __future__ import annotations

import hashlib
import re

from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import Condition, in_and_out, merged_meta, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_trash
from atoosync_lab.sandbox.woocommerce.order_view import ADDRESS
from atoosync_lab.sandbox.woocommerce.state import Row

_ORDER = {"id": "id", "name": "username", "registered_date": "created"}
_FIELDS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "country", "state")


def shown(call: Call, row: Row) -> Json:
    """A customer as answers show it."""
    billing, shipping = ({name: row[kind].get(name, "") for name in _FIELDS} for kind in ("billing", "shipping"))
    for name in ("email", "phone"):
        billing[name] = row["billing"].get(name, "")
    if call.version >= (5, 6):
        shipping["phone"] = row["shipping"].get("phone", "")
    digest = hashlib.md5(row["email"].lower().encode(), usedforsecurity=False).hexdigest()
    return {
        "id": row["id"],
        **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]),
        "email": row["email"],
        "first_name": row.get("first_name") or "",
        "last_name": row.get("last_name") or "",
        "role": row["role"],
        "username": row["username"],
        "billing": billing,
        "shipping": shipping,
        "is_paying_customer": bool(row.get("is_paying_customer")),
        "avatar_url": f"{call.home}/avatar/{digest}?s=96&d=mm&r=g",
        "meta_data": row["meta_data"],
        "_links": links(call, f"customers/{row['id']}", "customers", ALL),
    }


def listed(call: Call) -> Answer:
    """A page of customers; there is no filter on the time of change."""
    condition, given = Condition(), call.params
    if given.get("role") != "all":
        condition.add("role = ?", given.get("role") or "customer")
    if given.get("email"):
        condition.add("email = ?", given["email"])
    if given.get("search"):
        text = f"%{given['search']}%"
        condition.add("email LIKE ? OR username LIKE ? OR doc LIKE ?", text, text, text)
    in_and_out(call, condition)
    rows, headers = page_of(call, "customers", condition, order_of(call, _ORDER, ", id *"))
    return Answer([shown(call, row) for row in rows], headers=headers)


def _row(call: Call, status: int) -> Row:
    row = call.state.row("customers", call.number("id"))
    if row is None:
        raise ApiError(status, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return row


def one(call: Call) -> Answer:
    """One customer."""
    return Answer(shown(call, _row(call, 404)))


def _free_name(call: Call, mail: str) -> str:
    base = re.sub(r"[^a-z0-9._-]", "", mail.split("@")[0].lower()) or "customer"
    found, count = base, 1
    while call.state.count("customers", "username = ?", (found,)):
        count += 1
        found = f"{base}-{count}"
    return found


def _check_mail(call: Call, mail: str, own: int) -> None:
    if not re.match(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", mail):
        raise ApiError(400, "registration-error-invalid-email", "Please provide a valid email address.")
    if call.state.count("customers", "email = ? AND id != ?", (mail, own)):
        message = f"An account is already registered with {mail}. Please log in or use a different email address."
        raise ApiError(400, "registration-error-email-exists", message)


def create(call: Call) -> Answer:
    """A new customer; the user name is made from the address when none is given."""
    given, state = call.params, call.state
    with state.writing():
        mail = str(given.get("email") or "")
        _check_mail(call, mail, 0)
        name = str(given.get("username") or "")
        if name and state.count("customers", "username = ?", (name,)):
            message = "An account is already registered with that username. Please choose another."
            raise ApiError(400, "registration-error-username-exists", message)
        now = state.now()
        row: Row = {
            "email": mail, "username": name or _free_name(call, mail), "role": "customer", "created": now,
            "modified": now, "first_name": "", "last_name": "", "billing": {}, "shipping": {}, "meta_data": [],
        }  # fmt: skip
        _write(call, row)
        if not given.get("password"):
            row["meta_data"].append({"id": state.reserve("meta"), "key": "default_password_nag", "value": "1"})
        state.insert("customers", row)
        state.insert("mails", {"created": now, "template": "customer_new_account", "recipient": mail})
    location = call.link(f"customers/{row['id']}")
    return Answer(shown(call, row), 201, {"Location": location}, float(state.option("pause_item") or 0))


def _write(call: Call, row: Row) -> None:
    given = call.params
    for name in ("first_name", "last_name"):
        if given.get(name) is not None:
            row[name] = str(given[name])
    for kind in ("billing", "shipping"):
        if isinstance(given.get(kind), dict):
            known = (*ADDRESS, "phone", *(("email",) if kind == "billing" else ()))
            row[kind] = {**row[kind], **{k: str(v or "") for k, v in given[kind].items() if k in known}}
    if "meta_data" in given:
        row["meta_data"] = merged_meta(call.state, row["meta_data"], given["meta_data"])


def update(call: Call) -> Answer:
    """Change a customer; addresses merge field by field, the role is not touched."""
    given, state = call.params, call.state
    with state.writing():
        row = _row(call, 400)
        mail = given.get("email")
        if mail is not None and str(mail).lower() != row["email"].lower():
            _check_mail(call, str(mail), row["id"])
            row["email"] = str(mail)
        if given.get("username") and given["username"] != row["username"]:
            raise ApiError(400, "woocommerce_rest_customer_invalid_argument", "Username isn't editable.")
        _write(call, row)
        row["modified"] = state.now()
        state.update("customers", row)
    return Answer(shown(call, row), pause=float(state.option("pause_item") or 0))


def delete(call: Call) -> Answer:
    """Remove a customer for good; orders stay, as those of a guest."""
    if not call.params.get("force"):
        raise no_trash("Customers")
    with call.state.writing():
        row = _row(call, 404)
        call.state.db.execute("UPDATE orders SET customer_id = 0 WHERE customer_id = ?", (row["id"],))
        call.state.delete("customers", row["id"])
    return Answer(shown(call, row))


def downloads(call: Call) -> Answer:
    """Files that a customer may load: the sandbox sells none."""
    if call.state.row("customers", call.number("customer_id")) is None:
        raise ApiError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return Answer([])
