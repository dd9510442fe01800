"""Every table of the state store. A change here needs a migration in `migrations/versions` (a test compares both)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from atoosync_lab.store.types import Instant

SCHEMA_HEAD = "0003"
"""Revision these tables correspond to; a test compares it with the newest migration."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column declared INTEGER."""
Json = JSON(none_as_null=True)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("document", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
# At most one default profile, by the database itself.
Index(
    "ix_profiles_one_default",
    profiles.c.is_default,
    unique=True,
    sqlite_where=text("is_default = 1"),
    postgresql_where=text("is_default"),
)

profile_history = Table(
    "profile_history",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("profile", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    UniqueConstraint("profile", "revision"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("profile", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "field"),
)

token_refreshes = Table(
    "token_refreshes",
    metadata,
    Column("profile", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "side"),
)

rate_slots = Table(
    "rate_slots",
    metadata,
    Column("key", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("day", Text, nullable=False),
    Column("used", Integer, nullable=False),
    Column("cap", Integer),
    Column("resets_at", Double, nullable=False),
)

rate_days = Table(
    "rate_days",
    metadata,
    Column("key", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("key", "day"),
)

leases = Table(
    "leases",
    metadata,
    Column("profile", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("holder", Text),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_start", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "task"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("token", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("target_number", Text, nullable=False),
    Column("error", Json),
    Column("payload", Text),
    Column("units", Integer, nullable=False),
    Column("counter", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("settle_from", Instant),
    UniqueConstraint("profile", "flow", "key", "generation"),
    Index("ix_ledger_open", "profile", "state"),
)

generations = Table(
    "generations",
    metadata,
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "flow", "key"),
)

links = Table(
    "links",
    metadata,
    Column("profile", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("shop_id", Text, nullable=False),
    Column("erp_key", Text, nullable=False),
    Column("linked_at", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "entity", "shop_id"),
    Index("ix_links_erp_key", "profile", "entity", "erp_key"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("md5", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    PrimaryKeyConstraint("profile", "flow", "key"),
)

marks = Table(
    "marks",
    metadata,
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    PrimaryKeyConstraint("profile", "flow"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("updated_at", Instant),
    Column("total", Integer, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("message", Json),
    Column("plan_id", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("notebook", Text, nullable=False),
    Column("stop_by", Text),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_start", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Index("ix_runs_list", "profile", "started_at"),
)

entries = Table(
    "entries",
    metadata,
    Column("run", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("level", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("params", Json),
    Column("record", Text, nullable=False),
    Column("action", Text, nullable=False),
    PrimaryKeyConstraint("run", "seq"),
    Index("ix_entries_record", "record"),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("approved_at", Instant),
    Column("approved_by", Text),
    Column("applied_at", Instant),
    Column("applied_by", Text),
    Column("superseded_at", Instant),
    Column("superseded_by", Text),
    Index("ix_plans_list", "profile", "flow"),
)

quota_use = Table(
    "quota_use",
    metadata,
    Column("profile", Text, nullable=False),
    Column("counter", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("used", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    PrimaryKeyConstraint("profile", "counter", "period"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("profile", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("rule", Json, nullable=False),
    Column("zone", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("next_at", Instant),
    Column("last_slot", Instant),
    Column("last_run", Text, nullable=False),
    Column("skipped_at", Instant),
    Column("skipped", Integer, nullable=False),
    Index("ix_schedules_due", "paused", "next_at"),
    Index("ix_schedules_list", "profile", "flow"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_start", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

run_requests = Table(
    "run_requests",
    metadata,
    Column("run", Text, primary_key=True),
    Column("spec", Json, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("taken_at", Instant),
    Column("taken_by", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("profile", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("arrivals", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("same_as", BigInteger),
    Column("run", Text, nullable=False),
    Column("due_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("reason", Json),
    UniqueConstraint("profile", "identity"),
    Index("ix_deliveries_state", "state", "due_at"),
    Index("ix_deliveries_list", "profile", "received_at"),
    Index("ix_deliveries_order", "profile", "order_id"),
)
