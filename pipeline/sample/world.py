"""The invented world, planted: every number that an analysis of the sample should find again.

Fjord Academy trains other companies in innovation. Tables by persona have one row per persona in
the order of `PERSONAS`; tables by stage one column per stage in the order of `STAGES`.
"""

from datetime import UTC, datetime

PERSONAS = ("corporate", "mid-sized", "start-up")
PERSONA_SHARES = (0.28, 0.42, 0.30)
STAGES = ("awareness", "consideration", "purchase", "onboarding", "usage", "support", "loyalty")
AWARENESS, CONSIDERATION, PURCHASE, ONBOARDING, USAGE, SUPPORT, LOYALTY = range(7)
CORPORATE, MID_SIZED, START_UP = range(3)

# name: (stage, source, whether a visitor can do it without telling who they are)
TOUCHPOINTS = {
    "paid ad": (AWARENESS, "web", True),
    "social post": (AWARENESS, "web", True),
    "article": (AWARENESS, "web", True),
    "webinar": (AWARENESS, "web", True),
    "course catalogue": (CONSIDERATION, "web", True),
    "pricing page": (CONSIDERATION, "web", True),
    "case study": (CONSIDERATION, "web", True),
    "demo call": (CONSIDERATION, "activities", False),
    "proposal": (PURCHASE, "opportunities", False),
    "negotiation": (PURCHASE, "activities", False),
    "deal won": (PURCHASE, "opportunities", False),
    "kick-off call": (ONBOARDING, "activities", False),
    "first login": (ONBOARDING, "web", False),
    "workshop": (USAGE, "activities", False),
    "toolbox": (USAGE, "web", False),
    "learning module": (USAGE, "web", False),
    "help page": (SUPPORT, "web", True),
    "support ticket": (SUPPORT, "support", False),
    "coach call": (SUPPORT, "activities", False),
    "community": (SUPPORT, "web", True),
    "alumni news": (LOYALTY, "web", False),
    "follow-up booked": (LOYALTY, "activities", False),
}
NAMES = tuple(TOUCHPOINTS)
GOAL, MILESTONE = "follow-up booked", "deal won"

# Time. Instants are UTC; nobody was a customer before it begins. It ends a day before the year
# does, so that what is mature (30 days before the end) fills November and nothing of December.
BEGIN = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(2025, 12, 31, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86400
GIVE_UP_AFTER, LOOK = 30 * DAY, 3
CRM_ZONE = "Europe/Stockholm"

# How personas come in.
CHANNELS = ("referral", "search", "paid", "social", "email", "direct")
CHANNEL_SHARES = (
    (0.80, 0.08, 0.05, 0.03, 0.02, 0.02),
    (0.03, 0.09, 0.80, 0.05, 0.01, 0.02),
    (0.03, 0.08, 0.05, 0.80, 0.01, 0.03),
)
DEVICES = ("desktop", "tablet", "mobile")
DEVICE_SHARES = ((0.87, 0.04, 0.09), (0.82, 0.08, 0.10), (0.11, 0.04, 0.85))
HOURS = ((9.0, 1.2), (14.0, 1.2), (19.5, 1.2))  # mean and spread, UTC
WEEKEND_FREE = (0.98, 0.9, 0.1)  # the chance to wait for Monday; first contacts all do

# Tempo: days between sessions (median; spread of the logarithm), and steps in one session.
GAP_DAYS_FIRST, GAP_DAYS_LATER = (7.0, 1.5, 0.12), (4.5, 1.9, 0.3)
GAP_SPREAD, GAP_LIMIT_DAYS, SHORT_GAP_DAYS = 0.6, 22.0, 0.5  # short: later on the same day
SAME_SESSION_FIRST, SAME_SESSION_LATER = (0.02, 0.03, 0.05), (0.15, 0.30, 0.40)

# What they do in a visit to a stage. First visits keep to the script; later ones wander.
SCRIPTS = (
    (
        ("webinar",),
        ("case study", "demo call"),
        ("proposal", "negotiation"),
        ("kick-off call", "first login"),
        ("workshop", "toolbox"),
        ("support ticket", "help page", "support ticket"),
        ("alumni news",),
    ),
    (
        ("paid ad",),
        ("course catalogue", "pricing page"),
        ("proposal",),
        ("kick-off call", "first login"),
        ("workshop", "toolbox"),
        ("help page", "support ticket", "support ticket"),
        ("alumni news",),
    ),
    (
        ("social post", "article"),
        ("case study",),
        ("proposal",),
        ("first login",),
        ("learning module", "toolbox"),
        ("support ticket", "support ticket", "support ticket"),
        ("alumni news",),
    ),
)
WANDERERS = (
    ("paid ad", "social post", "article", "webinar"),
    ("course catalogue", "pricing page", "case study", "demo call"),
    (),
    ("kick-off call", "first login"),
    ("workshop", "toolbox", "learning module"),
    ("help page", "support ticket"),
    ("alumni news",),
)
WANDERS_FIRST, WANDERS_LATER = 0.12, (0.60, 0.60, 0.00, 0.40, 0.15, 0.40, 0.00)
CONTINUES_FIRST, CONTINUES_LATER = 0.95, 0.88

# Where they go from a stage when they stay: to each stage, or to the goal (last column).
MOVES = (
    (
        (0.00, 1.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.15, 0.00, 0.85, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.00, 0.06, 0.00, 0.94, 0.00, 0.00, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.88, 0.12, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.00, 0.35, 0.65, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.40, 0.00, 0.60, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.20, 0.05, 0.00, 0.75),
    ),
    (
        (0.00, 1.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.20, 0.00, 0.80, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.00, 0.04, 0.00, 0.96, 0.00, 0.00, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.95, 0.05, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.00, 0.30, 0.70, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.35, 0.00, 0.65, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.15, 0.10, 0.00, 0.75),
    ),
    (
        (0.00, 0.96, 0.04, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.25, 0.00, 0.75, 0.00, 0.00, 0.00, 0.00, 0.00),
        (0.00, 0.05, 0.00, 0.60, 0.35, 0.00, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.85, 0.15, 0.00, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.00, 0.40, 0.60, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.55, 0.00, 0.45, 0.00),
        (0.00, 0.00, 0.00, 0.00, 0.25, 0.05, 0.00, 0.70),
    ),
)

# The chance to be lost at the end of a visit. What a count finds is a little less where a coach
# or the community came in between: truth.json has the counted rates.
LOSSES = (
    (0.10, 0.00, 0.14, 0.06, 0.10, 0.11, 0.14),
    (0.12, 0.00, 0.10, 0.06, 0.14, 0.09, 0.12),
    (0.15, 0.00, 0.12, 0.10, 0.15, 0.15, 0.17),
)
PAIN_PERSONA, PAIN_TOUCHPOINT, PAIN_LOSS = MID_SIZED, "toolbox", 0.88
CHANGE_STAGE, CHANGE_MONTH = CONSIDERATION, "2025-08"
CHANGE_AT = int(datetime(2025, 8, 1, tzinfo=UTC).timestamp())
CHANGE_RATES = (0.20, 0.40)  # as counted over stage visits, before and from that month on
CHANGE_LOSSES = (0.2385, 0.4740)  # as drawn: higher, as some are lost in the support stage instead

# Two contacts that come in from any stage before it is settled whether a customer stays.
MOMENT_OF_TRUTH, COACH_SHARE, COACH_FACTOR = "coach call", 0.07, 0.3
DECOY, DECOY_SHARES = "community", (0.01, 0.03, 0.06, 0.10, 0.14, 0.18, 0.22)

# Some come back: after giving up (days away, stage), and after the goal for the next course.
RETURNS, RETURN_DAYS, RETURN_STAGES = 0.25, (35, 90), (AWARENESS, CONSIDERATION)
REPEATS, REPEAT_DAYS, REPEAT_STAGE = 0.40, (15, 60), CONSIDERATION

# Feelings: how often a survey is answered, with which score (0 to 10) by who stays and who leaves.
SURVEYED = ("demo call", "kick-off call", "first login", "workshop", "toolbox", "support ticket")
SURVEY_STAYS, SURVEY_LEAVES = (0.15, (6, 10)), (0.45, (0, 5))

# Attributes in the CRM go along with the persona only partly.
SIZES = ("1-49", "50-499", "500+")
SIZE_SHARES = ((0.12, 0.26, 0.62), (0.22, 0.58, 0.20), (0.62, 0.26, 0.12))
INDUSTRIES = ("manufacturing", "finance", "software", "health", "retail", "public sector")
INDUSTRY_SHARES = (
    (0.28, 0.24, 0.10, 0.12, 0.10, 0.16),
    (0.24, 0.10, 0.16, 0.18, 0.22, 0.10),
    (0.08, 0.14, 0.40, 0.18, 0.14, 0.06),
)
COUNTRIES = ("Sweden", "Norway", "Denmark", "Finland", "Germany")
COUNTRY_SHARES = (0.42, 0.20, 0.16, 0.10, 0.12)

# Identity: a second device after signing up, and how many sign up only when they have to.
SECOND_DEVICE, SIGNS_UP_LATE, LATE_SIGN_UP_DAYS, EMAIL_KNOWN = 0.25, 0.15, 14, 0.75

# Dirt. It only adds rows: what is planted above stays countable.
DELIVERED_TWICE = 0.010  # of web events
ARRIVES_LATE, LATE_DAYS = 0.004, (14, 42)  # of web events
BOT_EVENTS, EVENTS_PER_BOT = 0.008, 40  # of web events
STAFF_EVENTS, STAFF = 0.004, ("astrid", "bjorn", "cecilie", "dag", "eva", "finn")
UNUSABLE_TIMES = 0.0006  # of web events
EMPTY_IDS = 0.0006  # of web events
HOSTILE_NAMES = ("<script>alert(1)</script>", "customer's choice")
HOSTILE_EVENTS = 0.0004  # of web events
SHARED_DEVICE_EMAILS, SHARED_DEVICE_ALONE = 60, 25  # people who signed in there; events of nobody
ENTERED_TWICE = 0.02  # of contacts: a second row with the email in other letters
CRM_ROWS_AGAIN = 0.10  # of CRM rows, with other contents
REVOKED_DEALS = 6  # marked as won by mistake, corrected later
REPEATED_HOUR, MISSING_HOUR = 12, 6  # notes at 02:mm local time on the days the clock changes
REPEATED_DAY, MISSING_DAY = "2025-10-26", "2025-03-30"
