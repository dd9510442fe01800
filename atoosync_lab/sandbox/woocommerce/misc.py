"""Settings, payment methods, webhooks, lists of data, the state of the system."""

from __future__ import annotations

import json
import secrets
from typing import Any

from atoosync_lab.sandbox.woocommerce import times
from atoosync_lab.sandbox.woocommerce.call import ALL, Answer, Call, Json, links
from atoosync_lab.sandbox.woocommerce.crud import Condition, in_and_out, list_headers, order_of, page_of
from atoosync_lab.sandbox.woocommerce.errors import ApiError, no_trash
from atoosync_lab.sandbox.woocommerce.orders import STATUSES
from atoosync_lab.sandbox.woocommerce.settings import GROUPS, Setting
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState

COUNTRIES = {"BE": "Belgium", "CH": "Switzerland", "DE": "Germany", "ES": "Spain", "FR": "France",
             "GP": "Guadeloupe", "IE": "Ireland", "IT": "Italy", "LU": "Luxembourg", "MC": "Monaco",
             "MQ": "Martinique", "NL": "Netherlands", "NO": "Norway", "PT": "Portugal", "RE": "Reunion",
             "GB": "United Kingdom (UK)", "US": "United States (US)"}  # fmt: skip
CURRENCIES = {"EUR": ("Euro", "&euro;"), "USD": ("United States (US) dollar", "&#36;"),
              "GBP": ("Pound sterling", "&pound;"), "CHF": ("Swiss franc", "&#67;&#72;&#70;")}  # fmt: skip
PING = "ping"
"""What a new webhook is told."""
GATEWAYS = {"bacs": "Direct bank transfer", "cheque": "Check payments", "cod": "Cash on delivery"}
PLUGIN_GATEWAYS = "plugin_gateways"
"""Option of the sandbox: payment methods that plug-ins brought, id -> title, as JSON; a core id takes another title."""
_HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post"],
    "product.created": ["woocommerce_process_product_meta", "woocommerce_new_product"],
    "product.updated": ["woocommerce_process_product_meta", "woocommerce_update_product"],
    "product.deleted": ["wp_trash_post"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
}


def _setting(call: Call, group: str, name: str, setting: Setting) -> Json:
    found: Json = {"id": name, "label": "", "description": "", "type": setting.kind, "default": setting.default}
    if setting.options:
        found["options"] = dict.fromkeys(setting.options, "")
    own = f"settings/{group}"
    allow = ("GET", "POST", "PUT", "PATCH")
    value = call.state.option(name)
    if setting.tip:
        found["tip"] = ""
    return {**found, "value": value, "group_id": group, "_links": links(call, f"{own}/{name}", own, allow)}


def _group(call: Call) -> dict[str, Setting]:
    group = GROUPS.get(call.url["group_id"])
    if group is None:
        raise ApiError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return group


def setting_groups(call: Call) -> Answer:
    """The groups of settings."""
    return Answer([{"id": name, "label": name.capitalize(), "description": "", "parent_id": "", "sub_groups": [],
                    "_links": {"options": [{"href": call.link(f"settings/{name}")}]}} for name in GROUPS])  # fmt: skip


def settings_of(call: Call) -> Answer:
    """The settings of a group."""
    name = call.url["group_id"]
    return Answer([_setting(call, name, key, setting) for key, setting in _group(call).items()])


def _one_setting(call: Call) -> Setting:
    setting = _group(call).get(call.url["id"])
    if setting is None:
        raise ApiError(404, "rest_setting_setting_invalid", "Invalid setting.")
    return setting


def setting_one(call: Call) -> Answer:
    """One setting."""
    return Answer(_setting(call, call.url["group_id"], call.url["id"], _one_setting(call)))


def setting_update(call: Call) -> Answer:
    """Change a setting."""
    setting = _one_setting(call)
    if "value" in call.params:
        value = str(call.params["value"])
        allowed = ("yes", "no") if setting.kind == "checkbox" else setting.options
        if allowed and value not in allowed and not (call.url["id"] == "woocommerce_default_country"):
            raise ApiError(400, "rest_setting_value_invalid", "An invalid setting value was passed.")
        with call.state.writing():
            call.state.set_option(call.url["id"], value)
    return setting_one(call)


# Payment ---------------------------------------------------------------------------------------------------------


def gateways(state: ShopState) -> dict[str, str]:
    """Payment methods of the shop and of its plug-ins, by id: what buyers read."""
    return {**GATEWAYS, **json.loads(state.option(PLUGIN_GATEWAYS) or "{}")}


def gateway_shown(call: Call, name: str) -> Json:
    """A payment method."""
    title = gateways(call.state)[name]
    supports = {"method_supports": ["products"]} if call.version >= (3, 9) else {}
    return {
        "id": name, "title": title, "description": "", "order": "",
        "enabled": call.state.option(f"gateway_{name}") == "yes", "method_title": GATEWAYS.get(name, title),
        "method_description": "", **supports, "settings": {},
        "_links": links(call, f"payment_gateways/{name}", "payment_gateways", ("GET", "POST", "PUT", "PATCH")),
    }  # fmt: skip


def gateway_list(call: Call) -> Answer:
    """The payment methods that come with the shop, and those of plug-ins."""
    known = gateways(call.state)
    return Answer([gateway_shown(call, name) for name in known], headers=list_headers(call, len(known)))


def gateway_one(call: Call) -> Answer:
    """One payment method."""
    name = call.url["id"]
    if name not in gateways(call.state):
        raise ApiError(404, "woocommerce_rest_payment_gateway_invalid", "Resource does not exist.")
    return Answer(gateway_shown(call, name))


def gateway_update(call: Call) -> Answer:
    """Switch a payment method."""
    answer = gateway_one(call)
    if call.params.get("enabled") is not None:
        with call.state.writing():
            call.state.set_option(f"gateway_{call.url['id']}", "yes" if call.params["enabled"] else "no")
        answer = gateway_one(call)
    return answer


# Webhooks --------------------------------------------------------------------------------------------------------


def webhook_shown(call: Call, row: Row) -> Json:
    """A webhook; its secret is not told."""
    resource, _, event = row["topic"].partition(".")
    return {
        "id": row["id"], "name": row["name"], "status": row["status"], "topic": row["topic"], "resource": resource,
        "event": event, "hooks": _HOOKS.get(row["topic"], [event] if resource == "action" else []),
        "delivery_url": row["delivery_url"], **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]), "_links": links(call, f"webhooks/{row['id']}", "webhooks", ALL),
    }  # fmt: skip


def webhook_list(call: Call) -> Answer:
    """A page of webhooks."""
    condition = Condition()
    if call.params.get("status") not in (None, "all"):
        condition.add("status = ?", call.params["status"])
    in_and_out(call, condition)
    rows, headers = page_of(call, "webhooks", condition, order_of(call, {"date": "created", "id": "id"}, ", id *"))
    return Answer([webhook_shown(call, row) for row in rows], headers=headers)


def _webhook(call: Call, status: int) -> Row:
    row = call.state.row("webhooks", call.number("id"))
    if row is None:
        raise ApiError(status, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
    return row


def webhook_one(call: Call) -> Answer:
    """One webhook."""
    return Answer(webhook_shown(call, _webhook(call, 404)))


def webhook_write(call: Call) -> Answer:
    """A new webhook, or a change of one; a new one is sent a sign of life (see `webhooks`)."""
    given: dict[str, Any] = call.params
    with call.state.writing():
        fresh = "id" not in call.url
        row: Row = {"status": "active", "created": call.state.now(), "modified": None} if fresh else _webhook(call, 400)
        topic = given.get("topic")
        if topic is not None and topic not in _HOOKS and not str(topic).startswith("action."):
            raise ApiError(
                400, "woocommerce_rest_webhook_invalid_topic", "Webhook topic is required and must be valid."
            )
        for name in ("name", "status", "topic", "secret", "delivery_url"):
            if given.get(name) is not None:
                row[name] = given[name]
        row.setdefault("name", "Webhook created")
        if fresh:
            if not row.get("secret"):
                row["secret"] = secrets.token_urlsafe(37)[:50]
            call.state.insert("webhooks", row)
            call.state.changed.append((PING, row["id"]))
        else:
            row["modified"] = call.state.now()
            call.state.update("webhooks", row)
    location = {"Location": call.link(f"webhooks/{row['id']}")} if fresh else {}
    return Answer(webhook_shown(call, row), 201 if fresh else 200, location)


def webhook_delete(call: Call) -> Answer:
    """Remove a webhook for good."""
    if not call.params.get("force"):
        raise no_trash("Webhooks")
    with call.state.writing():
        row = _webhook(call, 404)
        call.state.delete("webhooks", row["id"])
    return Answer(webhook_shown(call, row))


# Data ------------------------------------------------------------------------------------------------------------


def countries(call: Call) -> Answer:
    """Countries, without their regions."""
    return Answer([{"code": code, "name": name, "states": []} for code, name in COUNTRIES.items()])


def country(call: Call) -> Answer:
    """One country."""
    code = call.url["location"].upper()
    if code not in COUNTRIES:
        raise ApiError(
            404, "woocommerce_rest_data_invalid_location", "There are no locations matching these parameters."
        )
    return Answer({"code": code, "name": COUNTRIES[code], "states": []})


def currencies(call: Call) -> Answer:
    """Currencies."""
    return Answer([{"code": code, "name": name, "symbol": symbol} for code, (name, symbol) in CURRENCIES.items()])


def currency(call: Call) -> Answer:
    """One currency, or that of the shop."""
    wanted = call.url.get("currency", "current")
    code = call.state.option("woocommerce_currency") if wanted == "current" else wanted.upper()
    if code not in CURRENCIES:
        raise ApiError(
            404, "woocommerce_rest_data_invalid_currency", "There are no currencies matching these parameters."
        )
    return Answer({"code": code, "name": CURRENCIES[code][0], "symbol": CURRENCIES[code][1]})


def order_totals(call: Call) -> Answer:
    """Number of orders by status."""
    rows = dict(call.state.db.execute("SELECT status, COUNT(*) FROM orders GROUP BY status").fetchall())
    return Answer([{"slug": name, "name": name.capitalize(), "total": rows.get(name, 0)} for name in STATUSES])


def system_status(call: Call) -> Answer:
    """The state of the system, as far as a connector asks for it."""
    state = call.state
    hpos = call.version >= (8, 2)
    return Answer(
        {
            "environment": {
                "home_url": call.home, "site_url": call.home, "version": state.version, "wp_version": "6.8",
                "wp_multisite": False, "wp_memory_limit": 268435456, "php_version": "8.2.0",
                "php_max_execution_time": 30, "default_timezone": "UTC", "language": "fr_FR",
            },
            "database": {"wc_database_version": state.version, "database_prefix": "wp_"},
            "active_plugins": [
                {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": state.version}
            ],
            "inactive_plugins": [], "dropins_mu_plugins": {"dropins": [], "mu_plugins": []},
            "theme": {"name": "Storefront"},
            "settings": {
                "api_enabled": True, "force_ssl": False, "currency": state.option("woocommerce_currency"),
                "currency_symbol": "&euro;", "thousand_separator": ",", "decimal_separator": ".",
                "number_of_decimals": int(state.option("woocommerce_price_num_decimals")),
                **({"HPOS_enabled": True, "HPOS_sync_enabled": False} if hpos else {}),
            },
            "security": {"secure_connection": call.home.startswith("https"), "hide_errors": True},
            "pages": [], "post_type_counts": [],
        }
    )  # fmt: skip
