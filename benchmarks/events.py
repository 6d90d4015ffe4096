"""Makes the events that everything here is measured on: `python -m benchmarks.events --help`.

About 20 events a customer with a long tail, 30 names, ids as text, in order of arrival; a visitor
has an email only where the customer signed in, so that there is something to stitch. Everything
follows from the seed: DuckDB makes each value from a hash of the seed, the customer and the
event's number, customers in batches, on disk beyond a limit of memory.
"""

import argparse
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.names import KINDS, PHASES, PICKS, picks

EVENTS_A_CUSTOMER = 20
BATCH = 500_000  # customers
DAYS = 180
FORMS = {
    "parquet": "(format parquet, compression zstd)",
    "csv.gz": "(format csv, header true, compression gzip)",
}
SETTINGS = Path(__file__).parent / "journeys.yml"

# A draw between 0 and 1, the same for the same seed, customer, event and purpose. One hash after
# the other, since DuckDB's hash of several values at once leaves them dependent.
DRAWS = """
    create or replace macro number_of(customer, number, purpose) as
        hash(xor(hash(xor(hash(xor(hash($seed), customer::ubigint)), number::ubigint)),
            hash(purpose)));
    create or replace macro draw(customer, number, purpose) as
        ((number_of(customer, number, purpose) >> 11)::double + 0.5) / 9007199254740992;
    create or replace macro channel(drawn) as
        ['paid', 'search', 'social', 'mail', 'direct'][1 + floor(5 * drawn)::int];
"""
# How many events each customer has: log-normal, so a few have hundreds. The last one is cut, so
# that there are exactly as many as asked for.
CUSTOMERS = """
    create or replace table customers as
    with drawn as (
        select
            customer,
            sqrt(-2 * ln(draw(customer, 0, 'size')))
                * cos(2 * pi() * draw(customer, 0, 'angle')) as normal,
            greatest(1, least(2000, round(exp(2.48 + normal))))::bigint as events
        from range($customers) as all_customers (customer)
    ),
    counted as (
        select *, sum(events) over (order by customer rows unbounded preceding) as until_here
        from drawn
    )
    select
        customer,
        least(events, $events - (until_here - events))::bigint as events,
        floor(draw(customer, 0, 'kind') * $kinds)::int as kind,
        draw(customer, 0, 'signs in') < 0.35 as signs_in,
        draw(customer, 0, 'contact') < 0.3 as is_contact,
        case
            when draw(customer, 0, 'signs in') < 0.35
                then 1 + floor(draw(customer, 0, 'devices') * 2.3)::int
            else 1
        end as devices,
        case
            when draw(customer, 0, 'mailbox') < 0.0004 then 'info@reseller.example'
            else 'p' || customer || '@mail' || customer % 40 || '.example'
        end as email,
        channel(pow(draw(customer, 0, 'channel'), 1.5)) as channel
    from counted
    where until_here - events < $events
    order by customer
"""
# One batch of customers. A gap is short within a visit and of days between visits; who would be
# longer under way than the data lasts is faster.
BATCHES = """
    insert into events
    with numbered as (
        select *, unnest(range(1, events + 1)) as number
        from customers where customer >= $first and customer < $first + $batch
    ),
    gaps as (
        select
            *,
            -- minutes
            case
                when number = 1 then 0
                when draw(customer, number, 'returns') < 0.2
                    then 45 - 4320 * ln(draw(customer, number, 'days'))
                else -2 * ln(draw(customer, number, 'minutes'))
            end as gap,
            draw(customer, number, 'returns') < 0.2 as returns
        from numbered
    ),
    timed as (
        select
            *,
            sum(gap) over (partition by customer order by number) as since,
            sum(gap) over (partition by customer) as lasts,
            count(*) filter (where returns) over (partition by customer order by number) as visit
        from gaps
    ),
    placed as (
        select
            *,
            since * least(1, 0.9 * $minutes / greatest(lasts, 1))
                + draw(customer, 0, 'start') * ($minutes - least(lasts, 0.9 * $minutes)) as minute
        from timed
    )
    select
        printf('%016x', number_of(customer, number, 'id')) as event_id,
        timestamp '2025-01-01' + to_microseconds((minute * 60e6)::bigint) as occurred_at,
        picks.names[1 + floor(draw(customer, number, 'name') * $picks)::int] as event_name,
        printf('%016x', number_of(customer, visit % devices, 'visitor')) as visitor_id,
        case
            when signs_in and number > 3 and draw(customer, number, 'email') < 0.15 then email
        end as email,
        case
            when draw(customer, visit, 'another way') < 0.7 then channel
            else channel(draw(customer, visit, 'way'))
        end as channel,
        ['phone', 'desktop', 'tablet'][1 + (visit % devices)::int] as device,
        -- one in a hundred is delivered late
        minute + case
            when draw(customer, number, 'late') < 0.01 then 4320 * draw(customer, number, 'by')
            else 0
        end as arrives
    from placed
    join picks on picks.kind = placed.kind
        and picks.phase = least($phases - 1, floor(number / (4.0 + placed.kind)))
"""
CONTACTS = """
    select
        'C' || customer as contact_id, email,
        ['industry', 'trade', 'care', 'schools'][1 + floor(4 * draw(customer, 0, 'branch'))::int]
            as branch,
        ['small', 'medium', 'large'][1 + floor(3 * draw(customer, 0, 'company'))::int]
            as company_size,
        case when draw(customer, 0, 'called') < 0.5
            then timestamp '2025-01-01'
                + to_hours(floor(draw(customer, 0, 'call') * $hours)::bigint)
        end as called_at,
        timestamp '2025-01-01' as updated_at
    from customers
    where is_contact and signs_in
    order by customer
"""
COLUMNS = "event_id, occurred_at, event_name, visitor_id, email, channel, device"


def make_events(
    folder: Path, events: int, *, seed: int = 1, form: str = "parquet", parts: Sequence[int] = ()
) -> Path:
    """Write `events` events and the contacts of a CRM to `folder`, and settings that read them.

    `parts` are the numbers of events after which another file begins: deliveries, in order of
    arrival. A folder that holds the same already is left as it is.
    """
    wanted = f"{events} {seed} {form} {list(parts)} {_recipe()}"
    made = folder / "made.txt"
    if made.exists() and made.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    connection = _scratch(folder)
    try:
        _draw(connection, events, seed)
        _write(connection, folder, events, form, parts)
    finally:
        connection.close()
        _remove_scratch(folder)
    shutil.copy(SETTINGS, folder / "journeys.yml")
    made.write_text(wanted)
    return folder


def _recipe() -> str:
    """Changes when events would come out otherwise."""
    texts = [DRAWS, CUSTOMERS, BATCHES, CONTACTS, COLUMNS, str(FORMS), SETTINGS.read_text()]
    texts += [" ".join(picks(phase, kind)) for phase in range(PHASES) for kind in range(KINDS)]
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:12]


def _scratch(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(folder / "scratch.duckdb"))
    connection.execute("set memory_limit = '4GB'")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _remove_scratch(folder: Path) -> None:
    for path in folder.glob("scratch.duckdb*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _draw(connection: duckdb.DuckDBPyConnection, events: int, seed: int) -> None:
    connection.execute(DRAWS.replace("$seed", str(int(seed))))  # a macro cannot bind
    connection.execute("create table picks (phase int, kind int, names varchar[])")
    rows = [[phase, kind, picks(phase, kind)] for phase in range(PHASES) for kind in range(KINDS)]
    connection.executemany("insert into picks values (?, ?, ?)", rows)
    customers = events // EVENTS_A_CUSTOMER * 11 // 10 + 100  # enough; the rest is cut
    connection.execute(CUSTOMERS, {"customers": customers, "events": events, "kinds": KINDS})
    connection.execute("""
        create table events (
            event_id varchar, occurred_at timestamp, event_name varchar, visitor_id varchar,
            email varchar, channel varchar, device varchar, arrives double
        )
    """)
    for first in range(0, customers, BATCH):
        connection.execute(
            BATCHES,
            {
                "first": first, "batch": BATCH, "minutes": DAYS * 1440.0,
                "picks": PICKS, "phases": PHASES,
            },
        )  # fmt: skip


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    events: int,
    form: str,
    parts: Sequence[int],
) -> None:
    contacts = CONTACTS.replace("$hours", str(24 * DAYS))  # a copy cannot bind
    connection.execute(f"copy ({contacts}) to '{folder}/contacts.{form}' {FORMS[form]}")
    arrived = f"select {COLUMNS} from events order by arrives, event_id"
    if not parts:
        connection.execute(f"copy ({arrived}) to '{folder}/web.{form}' {FORMS[form]}")
        return
    connection.execute(f"create table arrived as {arrived}")
    ends = [*parts, events]
    for number, (first, end) in enumerate(zip([0, *parts], ends, strict=True), 1):
        rows = f"select * from arrived where rowid >= {first} and rowid < {end} order by rowid"
        connection.execute(f"copy ({rows}) to '{folder}/web-{number:03}.{form}' {FORMS[form]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=FORMS, default="parquet")
    parser.add_argument(
        "--parts", type=int, nargs="*", default=[], help="events after which another file begins"
    )
    asked = parser.parse_args()
    made = make_events(
        asked.folder, asked.events, seed=asked.seed, form=asked.form, parts=asked.parts
    )
    print(f"journeys run --config {made}/journeys.yml --warehouse {made}/out/journeys.duckdb")


if __name__ == "__main__":
    main()
