"""Writes the systems' exports, as text files that look like them or as Parquet."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.database import open_scratch
from pipeline.sample import world

Form = Literal["exports", "parquet"]

# One select per export, from `given`: rows whose times are seconds since 1970.
SELECTS = {
    "web_events": """
        select
            'e-' || series || printf('%06d', event_number) as event_id,
            coalesce(time_text, cast(make_timestamp("at" * 1000000) as varchar)) as occurred_at,
            make_timestamp(received_at * 1000000) as received_at,
            event as event_name,
            page as page_url,
            channel,
            device,
            agent as user_agent,
            coalesce(visitor_text, case when visitor < 0 then 'v-stand'
                else printf('v-%06d', visitor) end) as visitor_id,
            email
        from given
        order by given.received_at, event_number, series
    """,
    "crm_contacts": """
        select
            printf('c-%06d', contact) as contact_id, email, industry, company_size, country,
            local_time(created_at) as created_at, local_time(updated_at) as updated_at
        from given
        order by given.updated_at, contact
    """,
    "crm_opportunities": """
        select
            printf('o-%07d', opportunity) as opportunity_id,
            printf('c-%06d', customer * 2) as contact_id,
            ['Proposal', 'Closed Won', 'Closed Lost'][state + 1] as stage,
            amount,
            local_time(created_at) as created_at,
            case when closed_at >= 0 then local_time(closed_at) end as closed_at,
            local_time(updated_at) as updated_at
        from given
        order by opportunity, given.updated_at desc
    """,
    "crm_activities": """
        select
            printf('a-%07d', activity_number) as activity_id,
            printf('c-%06d', contact) as contact_id,
            activity,
            coalesce(cast(time_text as timestamp), local_time("at")) as happened_at
        from given
        order by activity_number
    """,
    "support": """
        select
            printf('t-%07d', ticket_number) as ticket_id,
            email,
            make_timestamp(opened_at * 1000000) as opened_at,
            make_timestamp(closed_at * 1000000) as closed_at,
            topic,
            message,
            satisfaction
        from given
        order by given.opened_at, ticket_number
    """,
    "surveys": """
        select email, make_timestamp(answered_at * 1000000) as answered_at, about, nps, comment
        from given
        order by given.answered_at, email
    """,
}
ENDINGS = {"web_events": "csv.gz", "support": "ndjson", "surveys": "ndjson"}  # else csv
TIMES = (
    "occurred_at", "received_at", "created_at", "updated_at", "closed_at", "happened_at",
    "opened_at", "answered_at",
)  # fmt: skip
LOCAL_TIME = f"""
    create macro local_time(seconds) as
    timezone('{world.CRM_ZONE}', timezone('UTC', make_timestamp(seconds * 1000000)))
"""


class Exports:
    """The exports of one sample; batches of customers are added one after the other.

    `exports` keeps all rows until `close` and writes a file per system, the same bytes for the
    same rows. `parquet` writes a part per batch, so memory does not grow with the sample.
    """

    def __init__(self, out: Path, form: Form) -> None:
        self.out, self.form, self.parts = out, form, 0
        self.connection = open_scratch()
        self.connection.execute(LOCAL_TIME)
        for name in SELECTS:  # parts of an earlier, larger sample would be read with the new ones
            for part in (out / name).glob("part-*.parquet"):
                part.unlink()

    def add(self, tables: dict[str, list[pd.DataFrame]]) -> None:
        """Add a batch: the parts of each export, whose columns may differ."""
        self.parts += 1
        for name, parts in tables.items():
            self._give(parts)
            if self.form == "parquet":
                self._write_parquet(name)
            else:
                self._keep(name)

    def close(self) -> None:
        """Write what was kept."""
        if self.form == "exports":
            for name in SELECTS:
                self._write_text(name)
        self.connection.close()

    def _give(self, parts: Iterable[pd.DataFrame]) -> None:
        names = []
        for number, part in enumerate(parts):
            self.connection.register(f"part_{number}", part)
            names.append(f"select * from part_{number}")
        self.connection.execute(
            "create or replace temp view given as " + " union all by name ".join(names)
        )

    def _keep(self, name: str) -> None:
        verb = f"create table {name} as" if self.parts == 1 else f"insert into {name}"
        self.connection.execute(f"{verb} {SELECTS[name]}")

    def _write_parquet(self, name: str) -> None:
        folder = self.out / name
        folder.mkdir(parents=True, exist_ok=True)
        select = SELECTS[name]
        if name == "web_events":
            select = (
                "select * replace (try_cast(occurred_at as timestamp) as occurred_at) "
                f"from ({select})"
            )
        file = folder / f"part-{self.parts:04d}.parquet"
        self.connection.execute(f"copy ({select}) to '{_quoted(file)}' (format parquet)")

    def _write_text(self, name: str) -> None:
        ending = ENDINGS.get(name, "csv")
        file = self.out / f"{name}.{ending}"
        plain = file.with_suffix("") if ending.endswith("gz") else file
        form = "format json" if ending == "ndjson" else "format csv, header true"
        self.connection.execute(f"copy {name} to '{_quoted(plain)}' ({form})")
        if plain != file:
            file.write_bytes(gzip.compress(plain.read_bytes(), compresslevel=9, mtime=0))
            plain.unlink()


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
