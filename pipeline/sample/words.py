"""The texts in the exports: names, pages, and what customers say."""

FIRST_NAMES = (
    "anna", "lars", "ingrid", "olav", "maja", "erik", "sofia", "nils", "freja", "jonas", "elin",
    "mikkel", "sara", "henrik", "liv", "anders", "tuva", "karl", "signe", "mats",
)  # fmt: skip
LAST_NAMES = (
    "berg", "lund", "holm", "dahl", "strand", "haugen", "lind", "nygaard", "vik", "sand", "moen",
    "falk", "krog", "ness", "bakke", "hagen", "skog", "ek", "aas", "juhl",
)  # fmt: skip
COMPANIES = (
    "nordlys", "havgap", "skerry", "glacier", "birch", "lantern", "tidewater", "granite", "aurora",
    "sailcloth", "kelp", "boreal",
)  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
)  # one per device
BOT_AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
SITE = "https://fjord.example"
# touchpoint: (event that opens it, page)
WEB = {
    "paid ad": ("page view", "/landing/innovate"),
    "social post": ("page view", "/social/stories"),
    "article": ("page view", "/blog/first-idea"),
    "webinar": ("webinar attended", "/webinar/live"),
    "course catalogue": ("page view", "/courses"),
    "pricing page": ("page view", "/pricing"),
    "case study": ("page view", "/cases/shipyard"),
    "first login": ("signed in", "/academy/welcome"),
    "toolbox": ("tool opened", "/academy/toolbox"),
    "learning module": ("module opened", "/academy/modules"),
    "help page": ("page view", "/help/getting-started"),
    "community": ("page view", "/community/wall"),
    "alumni news": ("newsletter opened", "/alumni/news"),
}
# Events that no touchpoint is made for: the pipeline lists them as unmapped.
SCROLLED, SIGNED_UP, AT_THE_STAND = "scrolled", "signed up", "signed in at the stand"
ACTIVITIES = {
    "demo call": "demo call held",
    "negotiation": "negotiation meeting",
    "kick-off call": "kick-off call held",
    "workshop": "workshop attended",
    "coach call": "coach call held",
    "follow-up booked": "follow-up booked",
}
NOTE = "note added"  # a CRM activity of no touchpoint
UNUSABLE_TIMES = ("", "not a date", "31.02.2025 10:00", "0000-00-00 00:00:00")
UNUSABLE_IDS = ("", "null", "undefined")

TOPICS = ("cannot sign in", "toolbox does not open", "invoice", "workshop materials")
CALM_MESSAGES = (
    "How do I invite a colleague?",
    "Could you send the slides once more?",
    "Thank you, a quick question about the next date.",
    "Where do I find the template from the workshop?",
)
ANGRY_MESSAGES = (
    "Third time I write about this and nothing works.",
    "We cannot use what we learned, the toolbox makes no sense without help.",
    "I am disappointed and ask you to cancel.",
    "Nobody answers. This is a waste of our time.",
)
HAPPY_COMMENTS = (
    "Great pace, we tried it the same week.",
    "The trainer understood our business.",
    "Useful and fun.",
    "",
    'We\'d recommend it; the "idea market" was the best part.',
)
UNHAPPY_COMMENTS = (
    "Back at work I did not know how to start.",
    "The workshop was nice but the toolbox is confusing.",
    "Too expensive for what we got.",
    "I felt left alone afterwards.",
    "",
)
