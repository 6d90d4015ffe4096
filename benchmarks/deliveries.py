"""What arrives night after night: new events, late ones, repeated ones, and changed rows of a CRM.

Events come as benchmarks.events makes them, an equal number each night; one in a hundred is late by
up to three days. Besides, each night repeats one in a hundred of the night before. Visitors that
turn out to be one person come by themselves, where the second of them signs in. A contact is
delivered first on some night and twice again, changed; one in twenty changes its email to that of
another, which joins and parts people.
"""

import shutil
from pathlib import Path

import duckdb

from benchmarks.events import make_events

DAYS_A_NIGHT = 2  # the events span 180 days, the usual nights are 90
CONTACTS = """
    create table deliveries as
    with versions as (
        select
            contacts.*, version,
            1 + ((hash(contact_id) % $nights) + version * (1 + hash(contact_id || 'next') % 9))::int
                as night,
            lead(email) over (partition by version order by hash(contact_id)) as other_email,
            hash(contact_id || 'moves') % 20 = 0 as moves
        from read_parquet($contacts) as contacts, range(3) as versions (version)
    )
    select
        night, contact_id,
        case when version = 2 and moves then coalesce(other_email, email) else email end as email,
        branch,
        case when version = 1 then 'large' else company_size end as company_size,
        case when version > 0 then called_at end as called_at,
        updated_at + to_days($days * night) as updated_at
    from versions
    where night <= $nights
"""
REPEATED = "select * from read_parquet('{}') where hash(event_id) % 100 = 0"


class Deliveries:
    """The files of every night, made once; `arrive` puts those of one night into the inbox."""

    def __init__(self, folder: Path, nights: int, events: int, seed: int = 1) -> None:
        parts = [night * events for night in range(1, nights)]
        self.made = make_events(folder / "made", nights * events, seed=seed, parts=parts)
        self.inbox, self.nights = folder / "inbox", nights
        shutil.rmtree(self.inbox, ignore_errors=True)
        self.inbox.mkdir(parents=True)
        shutil.copy(self.made / "journeys.yml", self.inbox)
        self.connection = duckdb.connect()
        self.connection.execute(
            CONTACTS,
            {"nights": nights, "days": DAYS_A_NIGHT, "contacts": f"{self.made}/contacts.parquet"},
        )

    def arrive(self, night: int) -> None:
        """Put the files of one night, from 1, into the inbox."""
        shutil.copy(self._web(night), self.inbox)
        self._write(
            f"select * exclude (night) from deliveries where night = {night} order by contact_id",
            f"contacts-{night:03}",
        )
        if night > 1:
            self._write(REPEATED.format(self._web(night - 1)), f"web-{night:03}-again")

    def _web(self, night: int) -> Path:
        return self.made / f"web-{night:03}.parquet"

    def _write(self, select: str, name: str) -> None:
        self.connection.execute(
            f"copy ({select}) to '{self.inbox}/{name}.parquet' (format parquet)"
        )
