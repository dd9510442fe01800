"""Tables of the state file. Money is text with a point, instants are text in UTC (`2026-10-01T08:00:00Z`), lists and
objects are JSON text, flags are 0 and 1.
"""

from __future__ import annotations

FIRST_IDS = {
    "products": 8_000_000_000_000,
    "variants": 44_000_000_000_000,
    "metafields": 30_000_000_000_000,
    "metafield_definitions": 90_000_000_000,
    "files": 34_000_000_000_000,
    "collections": 480_000_000_000,
    "customers": 7_000_000_000_000,
    "addresses": 9_100_000_000_000,
    "orders": 5_500_000_000_000,
    "line_items": 14_000_000_000_000,
    "transactions": 6_800_000_000_000,
    "refunds": 900_000_000_000,
    "fulfillment_orders": 6_400_000_000_000,
    "fulfillment_order_lines": 13_500_000_000_000,
    "fulfillments": 5_000_000_000_000,
    "locations": 100_000_000_000,
    "publications": 170_000_000_000,
    "bulk_operations": 4_900_000_000_000,
    "webhooks": 1_400_000_000_000,
    "parts": 60_000_000_000_000,
}
"""Where the ids of each table begin: beyond 32 bits, as those of the real service are."""

ITEM_SHIFT = 2_000_000_000_000
"""The inventory item of a variant has the variant's id plus this."""

DDL = """
CREATE TABLE _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE tokens (token TEXT PRIMARY KEY, expires TEXT, scopes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE locations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1,
  address TEXT NOT NULL DEFAULT '{}', fulfills_online_orders INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL);
CREATE TABLE publications (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, auto_publish INTEGER NOT NULL
  DEFAULT 0, catalog_id INTEGER);
CREATE TABLE publication_entries (kind TEXT NOT NULL, resource_id INTEGER NOT NULL, publication_id INTEGER NOT NULL,
  publish_date TEXT, PRIMARY KEY (kind, resource_id, publication_id)) WITHOUT ROWID;
CREATE TABLE products (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, handle TEXT NOT NULL UNIQUE,
  description_html TEXT NOT NULL DEFAULT '', vendor TEXT NOT NULL DEFAULT '', product_type TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'ACTIVE', tags TEXT NOT NULL DEFAULT '[]', template_suffix TEXT, seo_title TEXT,
  seo_description TEXT, category TEXT, is_gift_card INTEGER NOT NULL DEFAULT 0, options TEXT NOT NULL DEFAULT '[]',
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, published_at TEXT);
CREATE INDEX products_updated ON products (updated_at, id);
CREATE TABLE variants (id INTEGER PRIMARY KEY AUTOINCREMENT, product_id INTEGER NOT NULL, position INTEGER NOT NULL
  DEFAULT 1, title TEXT NOT NULL DEFAULT 'Default Title', options TEXT NOT NULL DEFAULT '[]', sku TEXT, barcode TEXT,
  price TEXT NOT NULL DEFAULT '0.00', compare_at_price TEXT, taxable INTEGER NOT NULL DEFAULT 1, tax_code TEXT,
  inventory_policy TEXT NOT NULL DEFAULT 'DENY', requires_components INTEGER NOT NULL DEFAULT 0,
  show_unit_price INTEGER NOT NULL DEFAULT 0, unit_price_measurement TEXT, file_id INTEGER, cost TEXT,
  tracked INTEGER NOT NULL DEFAULT 0, requires_shipping INTEGER NOT NULL DEFAULT 1, weight TEXT NOT NULL DEFAULT '0',
  weight_unit TEXT NOT NULL DEFAULT 'KILOGRAMS', country_code_of_origin TEXT, province_code_of_origin TEXT,
  harmonized_system_code TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, item_updated_at TEXT NOT NULL);
CREATE INDEX variants_product ON variants (product_id, position);
CREATE INDEX variants_sku ON variants (sku COLLATE NOCASE);
CREATE INDEX variants_barcode ON variants (barcode) WHERE barcode IS NOT NULL;
CREATE INDEX variants_updated ON variants (updated_at, id);
CREATE TABLE inventory_levels (item_id INTEGER NOT NULL, location_id INTEGER NOT NULL, available INTEGER NOT NULL
  DEFAULT 0, committed INTEGER NOT NULL DEFAULT 0, incoming INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL
  DEFAULT 0, damaged INTEGER NOT NULL DEFAULT 0, safety_stock INTEGER NOT NULL DEFAULT 0, quality_control INTEGER
  NOT NULL DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (item_id, location_id))
  WITHOUT ROWID;
CREATE INDEX levels_location ON inventory_levels (location_id, item_id);
CREATE TABLE adjustments (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, reason TEXT NOT NULL, name TEXT NOT NULL,
  reference_document_uri TEXT, changes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metafields (id INTEGER PRIMARY KEY AUTOINCREMENT, owner_type TEXT NOT NULL, owner_id INTEGER NOT NULL,
  namespace TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL, UNIQUE (owner_type, owner_id, namespace, key));
CREATE INDEX metafields_value ON metafields (owner_type, namespace, key, value);
CREATE TABLE metafield_definitions (id INTEGER PRIMARY KEY AUTOINCREMENT, owner_type TEXT NOT NULL, namespace TEXT NOT
  NULL, key TEXT NOT NULL, name TEXT NOT NULL, description TEXT, type TEXT NOT NULL, unique_values INTEGER NOT NULL
  DEFAULT 0, filterable INTEGER NOT NULL DEFAULT 0, pinned_position INTEGER, UNIQUE (owner_type, namespace, key));
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, alt TEXT NOT NULL DEFAULT '', filename
  TEXT NOT NULL, mime_type TEXT, source TEXT NOT NULL, error TEXT, ready_at TEXT NOT NULL, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0, width INTEGER, height INTEGER, stored TEXT);
CREATE TABLE product_files (product_id INTEGER NOT NULL, file_id INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (product_id, file_id)) WITHOUT ROWID;
CREATE TABLE collections (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, handle TEXT NOT NULL UNIQUE,
  description_html TEXT NOT NULL DEFAULT '', sort_order TEXT NOT NULL DEFAULT 'BEST_SELLING', template_suffix TEXT,
  seo_title TEXT, seo_description TEXT, updated_at TEXT NOT NULL);
CREATE TABLE collection_products (collection_id INTEGER NOT NULL, product_id INTEGER NOT NULL, position INTEGER NOT
  NULL, PRIMARY KEY (collection_id, product_id)) WITHOUT ROWID;
CREATE INDEX collection_products_product ON collection_products (product_id);
CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, first_name TEXT, last_name TEXT, email TEXT, phone TEXT,
  note TEXT, tags TEXT NOT NULL DEFAULT '[]', state TEXT NOT NULL DEFAULT 'DISABLED', locale TEXT NOT NULL DEFAULT
  'fr', tax_exempt INTEGER NOT NULL DEFAULT 0, tax_exemptions TEXT NOT NULL DEFAULT '[]', verified_email INTEGER NOT
  NULL DEFAULT 1, addresses TEXT NOT NULL DEFAULT '[]', marketing TEXT NOT NULL DEFAULT 'NOT_SUBSCRIBED',
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE UNIQUE INDEX customers_email ON customers (email COLLATE NOCASE) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX customers_phone ON customers (phone) WHERE phone IS NOT NULL;
CREATE INDEX customers_updated ON customers (updated_at, id);
CREATE TABLE addresses (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, name TEXT NOT NULL, created_at TEXT
  NOT NULL, updated_at TEXT NOT NULL, processed_at TEXT NOT NULL, closed_at TEXT, cancelled_at TEXT, cancel_reason
  TEXT, staff_note TEXT, test INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 1, currency TEXT NOT NULL
  DEFAULT 'EUR', presentment_currency TEXT, presentment_rate TEXT, taxes_included INTEGER NOT NULL DEFAULT 1,
  tax_exempt INTEGER NOT NULL DEFAULT 0, customer_id INTEGER, company_id INTEGER, company_location_id INTEGER, email
  TEXT, phone TEXT, note TEXT, tags TEXT NOT NULL DEFAULT '[]', custom_attributes TEXT NOT NULL DEFAULT '[]', po_number
  TEXT, source_name TEXT NOT NULL DEFAULT 'web', source_identifier TEXT, customer_locale TEXT DEFAULT 'fr',
  billing_address TEXT, shipping_address TEXT, shipping_lines TEXT NOT NULL DEFAULT '[]', tax_lines TEXT NOT NULL
  DEFAULT '[]', discount_codes TEXT NOT NULL DEFAULT '[]', discount_applications TEXT NOT NULL DEFAULT '[]',
  additional_fees TEXT NOT NULL DEFAULT '[]', subtotal TEXT NOT NULL DEFAULT '0.00', total_discounts TEXT NOT NULL
  DEFAULT '0.00', total_tax TEXT NOT NULL DEFAULT '0.00', total_shipping TEXT NOT NULL DEFAULT '0.00', total TEXT NOT
  NULL DEFAULT '0.00', tip TEXT NOT NULL DEFAULT '0.00', current_subtotal TEXT NOT NULL DEFAULT '0.00',
  current_discounts TEXT NOT NULL DEFAULT '0.00', current_tax TEXT NOT NULL DEFAULT '0.00', current_shipping TEXT NOT
  NULL DEFAULT '0.00', current_total TEXT NOT NULL DEFAULT '0.00', refunded TEXT NOT NULL DEFAULT '0.00',
  refunded_shipping TEXT NOT NULL DEFAULT '0.00', received TEXT NOT NULL DEFAULT '0.00', financial_status TEXT NOT NULL
  DEFAULT 'PENDING', fulfillment_status TEXT NOT NULL DEFAULT 'UNFULFILLED', location_id INTEGER, client_ip TEXT);
CREATE INDEX orders_updated ON orders (updated_at, id);
CREATE INDEX orders_created ON orders (created_at, id);
CREATE INDEX orders_processed ON orders (processed_at, id);
CREATE INDEX orders_name ON orders (name);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE TABLE line_items (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL, product_id INTEGER,
  variant_id INTEGER, title TEXT NOT NULL, variant_title TEXT, sku TEXT, vendor TEXT, quantity INTEGER NOT NULL,
  current_quantity INTEGER NOT NULL, refunded_quantity INTEGER NOT NULL DEFAULT 0, fulfilled_quantity INTEGER NOT NULL
  DEFAULT 0, price TEXT NOT NULL, discount_allocations TEXT NOT NULL DEFAULT '[]', tax_lines TEXT NOT NULL DEFAULT
  '[]', custom_attributes TEXT NOT NULL DEFAULT '[]', taxable INTEGER NOT NULL DEFAULT 1, requires_shipping INTEGER NOT
  NULL DEFAULT 1, is_gift_card INTEGER NOT NULL DEFAULT 0);
CREATE INDEX line_items_order ON line_items (order_id);
CREATE TABLE transactions (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL, refund_id INTEGER,
  parent_id INTEGER, kind TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'SUCCESS', gateway TEXT NOT NULL, amount TEXT NOT
  NULL, currency TEXT NOT NULL DEFAULT 'EUR', payment_id TEXT, authorization_code TEXT, error_code TEXT, test INTEGER
  NOT NULL DEFAULT 0, manual INTEGER NOT NULL DEFAULT 0, fees TEXT NOT NULL DEFAULT '[]', created_at TEXT NOT NULL,
  processed_at TEXT);
CREATE INDEX transactions_order ON transactions (order_id);
CREATE INDEX transactions_refund ON transactions (refund_id) WHERE refund_id IS NOT NULL;
CREATE TABLE refunds (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL, note TEXT, created_at TEXT NOT
  NULL, processed_at TEXT NOT NULL, lines TEXT NOT NULL DEFAULT '[]', shipping TEXT NOT NULL DEFAULT '[]', adjustments
  TEXT NOT NULL DEFAULT '[]', total TEXT NOT NULL DEFAULT '0.00');
CREATE INDEX refunds_order ON refunds (order_id);
CREATE TABLE fulfillment_orders (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL, location_id INTEGER
  NOT NULL, status TEXT NOT NULL DEFAULT 'OPEN', request_status TEXT NOT NULL DEFAULT 'UNSUBMITTED', fulfill_at TEXT,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX fulfillment_orders_order ON fulfillment_orders (order_id);
CREATE INDEX fulfillment_orders_updated ON fulfillment_orders (updated_at, id);
CREATE TABLE fulfillment_order_lines (id INTEGER PRIMARY KEY AUTOINCREMENT, fulfillment_order_id INTEGER NOT NULL,
  line_item_id INTEGER NOT NULL, total_quantity INTEGER NOT NULL, remaining_quantity INTEGER NOT NULL);
CREATE INDEX fulfillment_order_lines_order ON fulfillment_order_lines (fulfillment_order_id);
CREATE TABLE fulfillments (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL, name TEXT NOT NULL,
  location_id INTEGER, status TEXT NOT NULL DEFAULT 'SUCCESS', display_status TEXT NOT NULL DEFAULT 'FULFILLED',
  tracking TEXT NOT NULL DEFAULT '[]', lines TEXT NOT NULL DEFAULT '[]', events TEXT NOT NULL DEFAULT '[]',
  fulfillment_order_ids TEXT NOT NULL DEFAULT '[]', estimated_delivery_at TEXT, in_transit_at TEXT, delivered_at TEXT,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX fulfillments_order ON fulfillments (order_id);
CREATE TABLE notifications (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, order_id
  INTEGER, recipient TEXT);
CREATE TABLE bulk_operations (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, status TEXT NOT NULL DEFAULT
  'CREATED', error_code TEXT, query TEXT NOT NULL, version TEXT NOT NULL, staged_path TEXT, client_identifier TEXT,
  group_objects INTEGER NOT NULL DEFAULT 0, object_count INTEGER NOT NULL DEFAULT 0, root_object_count INTEGER NOT
  NULL DEFAULT 0, file_size INTEGER, url TEXT, partial_data_url TEXT, scopes TEXT NOT NULL DEFAULT '', base TEXT NOT
  NULL DEFAULT '', created_at TEXT NOT NULL, completed_at TEXT);
CREATE UNIQUE INDEX bulk_client ON bulk_operations (client_identifier) WHERE client_identifier IS NOT NULL;
CREATE TABLE staged (path TEXT PRIMARY KEY, resource TEXT NOT NULL, mime_type TEXT NOT NULL, filename TEXT NOT NULL,
  uploaded INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE product_operations (id TEXT PRIMARY KEY, version TEXT NOT NULL, arguments TEXT NOT NULL, starts_at TEXT
  NOT NULL, status TEXT NOT NULL DEFAULT 'CREATED', product_id INTEGER, errors TEXT NOT NULL DEFAULT '[]')
  WITHOUT ROWID;
CREATE TABLE jobs (id TEXT PRIMARY KEY, done INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE idempotency (key TEXT NOT NULL, field TEXT NOT NULL, arguments TEXT NOT NULL, answer TEXT NOT NULL, at
  TEXT NOT NULL, PRIMARY KEY (key, field)) WITHOUT ROWID;
CREATE TABLE webhooks (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, uri TEXT NOT NULL, format TEXT NOT
  NULL DEFAULT 'JSON', filter TEXT, name TEXT, include_fields TEXT NOT NULL DEFAULT '[]', metafield_namespaces TEXT NOT
  NULL DEFAULT '[]', version TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE companies (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, external_id TEXT UNIQUE, note TEXT,
  customer_since TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE company_locations (id INTEGER PRIMARY KEY AUTOINCREMENT, company_id INTEGER NOT NULL, name TEXT NOT NULL,
  external_id TEXT UNIQUE, note TEXT, phone TEXT, locale TEXT, billing_address TEXT, shipping_address TEXT, created_at
  TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE company_contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, company_id INTEGER NOT NULL, customer_id INTEGER
  NOT NULL, is_main INTEGER NOT NULL DEFAULT 0, title TEXT, locale TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT
  NULL, UNIQUE (company_id, customer_id));
CREATE TABLE catalogs (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, status TEXT NOT NULL,
  company_location_ids TEXT NOT NULL DEFAULT '[]', price_list_id INTEGER, publication_id INTEGER);
CREATE TABLE price_lists (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, currency TEXT NOT NULL,
  catalog_id INTEGER, adjustment_type TEXT NOT NULL DEFAULT 'PERCENTAGE_DECREASE', adjustment_value REAL NOT NULL
  DEFAULT 0);
CREATE TABLE fixed_prices (price_list_id INTEGER NOT NULL, variant_id INTEGER NOT NULL, price TEXT NOT NULL,
  compare_at_price TEXT, PRIMARY KEY (price_list_id, variant_id)) WITHOUT ROWID;
"""
