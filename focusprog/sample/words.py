"""What the sample organisation's people and customers say."""

ADOPTED_TITLE = "Our first mission"
ADOPTED = (
    "When a lift stops, someone’s day stops. We get people moving again, "
    "and we tell them honestly when."
)
EARLIER_DRAFTS = (
    "We keep lifts running safely for all our customers, every day.",
    "When a lift stops, someone’s day stops. We get people moving again.",
)
OPEN_TITLE = "The mission, three years on"

# voice, prompt, words, the theme it belongs to ("" for the tray)
TIME, TRUTH, CARE, PRIDE, ONCE = (
    "Minutes matter",
    "Tell us the truth",
    "People, not shafts",
    "Work to be proud of",
    "Once and properly",
)
ADOPTED_WORDS = (
    ("leader", "feel", "I still think of the woman on the ninth floor who missed her treatment.", CARE),
    ("leader", "believe", "A time that we keep is worth more than a fast time that we miss.", TRUTH),
    ("leader", "go", "I want a caretaker to sigh with relief when our van turns in.", CARE),
    ("staff", "any", "People are angry at the silence, not at the lift.", TRUTH),
    ("staff", "any", "Let us finish a job properly instead of coming back twice.", ONCE),
    ("staff", "any", "I like it when the kids wave because the lift works again.", PRIDE),
    ("staff", "any", "We should say honestly when we do not have the part.", TRUTH),
    ("staff", "any", "Give me the right part and ten minutes and I am a happy man.", ONCE),
    ("staff", "any", "Every minute on the phone is a person in a stairwell.", TIME),
    ("customer", "any", "Tell me when you come, then come.", TRUTH),
    ("customer", "any", "Our residents are old. Four floors without a lift is a day lost.", CARE),
    ("customer", "any", "I want to hear it from you before I hear it from my tenants.", TRUTH),
    ("customer", "any", "Repair it once.", ONCE),
    ("customer", "any", "In a hospital minutes are everything.", TIME),
)  # fmt: skip
# A clause of the adopted statement, and the theme whose words it was made of.
CLAUSES = (
    ("When a lift stops, someone’s day stops", CARE),
    ("We get people moving again", TIME),
    ("We get people moving again", ONCE),
    ("and we tell them honestly when", TRUTH),
)
OPEN_WORDS = (
    ("leader", "feel", "I am proud of how we talk to people now, and uneasy about how we bill them.", TRUTH),
    ("leader", "believe", "Whoever stands in front of the customer should be able to decide.", PRIDE),
    ("leader", "go", "No one waits for a part that fails every winter.", ONCE),
    ("staff", "any", "Trust us to settle small things on the spot.", PRIDE),
    ("staff", "any", "I spend my Mondays explaining our own invoices.", TRUTH),
    ("staff", "any", "The vans should carry what breaks.", ONCE),
    ("staff", "any", "New colleagues need more than two days beside someone.", PRIDE),
    ("staff", "any", "When the line rings out, I know who is on the other end.", TIME),
    ("staff", "any", "Our night team saves people and nobody sees it.", PRIDE),
    ("staff", "any", "Please fewer forms.", ""),
    ("staff", "any", "A lift is a promise to whoever cannot take the stairs.", CARE),
    ("customer", "any", "You have become good at telling us. Now become quick.", TIME),
    ("customer", "any", "I need an invoice that my board understands.", TRUTH),
    ("customer", "any", "Your engineers are the best thing about you.", PRIDE),
    ("customer", "any", "The phone was not answered twice last month. That frightens us.", TIME),
    ("customer", "any", "Parts, parts, parts.", ONCE),
    ("customer", "any", "Think of the people who live here, not of the machine.", CARE),
    ("customer", "any", "Could the app work on our old tablets?", ""),
)  # fmt: skip

# title, what it changes for the customer, fit, outcome, days ago
# touchpoint, kind of answer it goes with, words
COMMENTS = (
    ("Being told when help comes", "misery", "Two hours on the landing with shopping and no word."),
    ("Being told when help comes", "misery", "We rang three times to learn what a text could have said."),
    ("Being told when help comes", "magic", "A message within minutes, and he came when it said."),
    ("Being told when help comes", "magic", "I could tell the ward exactly how long. Thank you."),
    ("Reaching the emergency line", "misery", "It rang for nine minutes with a resident inside."),
    ("Reaching the emergency line", "misery", "The new menu has six choices. I was stuck in a lift."),
    ("Reaching the emergency line", "magic", "A calm voice at three in the morning."),
    ("Waiting for parts", "misery", "Eleven days for a door roller."),
    ("Waiting for parts", "misery", "Nobody could say where the part was, only that it was not here."),
    ("Waiting for parts", "mediocrity", "It came in a week, as they had said."),
    ("The invoice", "misery", "I cannot match a single line to a visit."),
    ("The invoice", "misery", "Our finance team sends each one back. Each one."),
    ("The invoice", "mediocrity", "Right in the end, after two calls."),
    ("The engineer’s manner", "magic", "He explained it to our residents’ meeting in his lunch break."),
    ("The engineer’s manner", "magic", "Quiet, clean, kind. Send her again."),
    ("Notice before a visit", "misery", "The caretaker learnt of the visit when the bell rang."),
    ("Notice before a visit", "magic", "A day’s warning and the engineer’s name. Perfect."),
    ("Mended at the first visit", "misery", "Third visit, same door."),
    ("Help arrives when promised", "magic", "Said twenty to four, rang the bell at twenty to four."),
    ("Help arrives when promised", "misery", "Promised before noon, came after dark."),
    ("Freeing someone from a lift", "magic", "She talked to my mother through the door the whole time."),
    ("A complaint answered", "misery", "I was passed to four people and thanked by each."),
    ("A complaint answered", "magic", "The lady on the phone simply put it right."),
    ("Advice before a costly repair", "magic", "They talked us out of a motor that we did not need."),
    ("Yearly price review", "misery", "Nine per cent more, in one sentence."),
    ("Setting up the online account", "misery", "We have one computer for three homes. It asked for five codes."),
    ("Setting up the online account", "magic", "Ten minutes and all our buildings were in it."),
    ("A word to the residents", "misery", "The notice was still up a week after it was mended."),
    ("Contract in plain words", "magic", "The first contract in this office that I have read to its end."),
    ("Service report left behind", "misery", "A code, a tick and a signature. What was done?"),
)  # fmt: skip

GENERAL_COMMENTS = (
    "You are better than the last company, and you could be better than you are.",
    "The people are wonderful, the paperwork is not.",
    "Please keep the same engineer for our building.",
    "We renewed because it is easier than changing. Make us stay because we want to.",
    "Everything as it should be.",
    "Merci pour votre patience avec notre vieille machine.",
    "Nothing to complain about this time.",
    "Your night desk deserves a rise.",
    "More warning, fewer surprises.",
    "حافظوا على لطف المهندسين معنا.",
    "Could the visits be after the school run?",
    "I would recommend your engineers. I am less sure about your invoices.",
)
STAFF_COMMENTS = (
    "Planning hears about the keys last. Put them on the order.",
    "We get blamed at the door for what the invoice says.",
    "The parts list for the vans is four years old.",
    "I was thanked in front of everyone in March. I still think of it.",
    "Let the night team swap without asking.",
    "Two new colleagues left because nobody had time for them.",
    "The text messages took the anger out of most calls.",
    "Four people on the desk is not enough after the move.",
    "We should be allowed to say sorry with something in our hands.",
    "Door drives: please, training.",
    "The store closes before we come back.",
    # Names a colleague, so a leader reads it first.
    "Ask Tomasz before the store: he knows which parts are on their way.",
    "Good year so far.",
)

# theme, the touchpoint that it is about, touchpoints whose comments say it, beginnings of others
THEMES = (
    ("Told, or left waiting", "Being told when help comes",
     ("Being told when help comes", "Notice before a visit", "Help arrives when promised"),
     ("More warning", "The text messages")),
    ("Parts that are not there", "Waiting for parts",
     ("Waiting for parts", "Mended at the first visit"),
     ("The parts list", "The store closes", "Ask Tomasz", "Planning hears")),
    ("The people who come", "The engineer’s manner",
     ("The engineer’s manner", "Freeing someone from a lift"),
     ("The people are", "Please keep", "Your night desk", "I would recommend")),
    ("Paper that nobody can read", "The invoice",
     ("The invoice", "Yearly price review", "Service report left behind"),
     ("We get blamed",)),
    ("Too few hands", "", (), ("Four people", "Two new colleagues", "Let the night team")),
)  # fmt: skip

# title, touchpoint, state, days until due (negative: late), outcome
CASES = (
    ("Resident stuck nine minutes without an answer", "Reaching the emergency line", "open", 1, ""),
    ("Eleven days without a lift at Mill Court", "Waiting for parts", "open", -3, ""),
    ("Three invoices sent back", "The invoice", "open", 4, ""),
    ("Passed to four people", "A complaint answered", "recovered", -40,
     "Maren rang, the fee was returned, the customer renewed."),
    ("Contract not renewed after the price letter", "Yearly price review", "lost", -95,
     "They had decided before we rang."),
    ("Notice still up a week later", "A word to the residents", "closed", -130,
     "The caretakers take the notices down themselves now and told us so."),
)  # fmt: skip

# rule, whom it hampers, who may lift it, touchpoint, since; lifted, taken on, and two as named
RULES = (
    ("A replacement part over 150 pounds waits for a signature at head office",
     "Engineers at night, and whoever lives above the third floor", "The head of finance",
     "Waiting for parts", "Engineers order up to 400 pounds themselves; nobody has misused it."),
    ("Refunds are only paid with the original invoice", "Caretakers, who never see an invoice",
     "Billing", "A complaint answered", ""),
    ("Private telephones may not be used to text a customer",
     "Engineers, and everyone who waits for them", "The head of service",
     "Being told when help comes", ""),
    ("A visit is only over when the paper form is signed", "Engineers at empty buildings", "",
     "Notice before a visit", ""),
)  # fmt: skip
# What was written into the log of the improvement under way, oldest first.
LOG = (
    "Tried it in two vans for a week: both came back with the same three parts missing.",
    "The store agrees to count by how often, not by how much. Waiting for the list.",
)
# One letter a person, the same person in the same place; a dash could not judge it.
WORKSHOP_TITLE = "After the visit: what do we think ourselves?"
WORKSHOP = {
    "The invoice": "x+0x-x+",
    "A complaint answered": "x++xx+0",
    "A word to the residents": "0000-00",
    "Yearly price review": "xxxxxxx",
    "Waiting for parts": "xx0xxx0",
}
MOMENTS = {"x": "misery", "0": "mediocrity", "+": "magic"}
WHYS = (
    "A lift stands still because the part is not in the van.",
    "The part is not in the van because nobody knows which ones run out.",
    "The store counts stock by value, so small things run out.",
)

GIVEN_NAMES = (
    "Amara", "Bartosz", "Chidi", "Daniela", "Elif", "Farid", "Grace", "Hiroshi", "Ines", "Jamal",
    "Katarzyna", "Liam", "Mei", "Nikolai", "Oluwaseun", "Priya", "Quentin", "Rosa", "Siobhán",
    "Tariq", "Ulla", "Víctor", "Wanjiru", "Xin", "Yusuf", "Zofia", "Anders", "Beatriz", "Călin",
    "Dorothy",
)  # fmt: skip
FAMILY_NAMES = (
    "Abara", "Björk", "Castellanos", "Doyle", "Ekström", "Fonseca", "Gupta", "Hughes", "Ivanova",
    "Jansen", "Kowalczyk", "Lefèvre", "Mbeki", "Nakamura", "O’Sullivan", "Papadopoulos", "Quist",
    "Rahman", "Şahin", "Thompson", "Ueda", "Van der Berg", "Wójcik", "Yamamoto", "Zhang",
)  # fmt: skip

# kind, touchpoint, what was left, whom it thanks, by whom, with which address, hours ago
DOOR = (
    ("complaint", "The invoice", "Your invoice has the wrong lift on it for the third time. Whom do I have to ring?", "", "Oriel Vance", "oriel.vance@customers.example", 20),
    ("suggestion", "A word to the residents", "Put the notice where the pushchairs wait, not up at the caretaker’s door.", "", "", "", 44),
    ("suggestion", "", "A number to text would help those of us who cannot hear on the telephone.", "", "Bea Lind", "bea.lind@customers.example", 70),
    ("compliment", "The engineer’s manner", "He walked my mother up four floors, then mended it. He told nobody. I do.", "The engineer at Mill Court on Tuesday", "", "", 30),
    ("compliment", "Freeing someone from a lift", "Twenty minutes, and one of you talked to me the whole time.", "The voice on the line", "Ines Okoro", "ines.okoro@customers.example", 96),
)  # fmt: skip
CASE_NOTE = "Invoicing copies last month’s lines. The lift was renamed in May and nobody told them."
CASE_REPLY = "You are right, and I am sorry. A corrected invoice is on its way, and the name is mended where invoices begin. You can ring me on the number below it."
CASE_ANSWER = "It has come, and it is right. Thank you. Will next month’s be right too?"
THANKED_TEAM = "Customer desk"
THANKS = "Rang the school each morning for two weeks until the part came. They wanted to leave, and stayed."
# why, what happened, days ago
LOSSES = (
    ("price", "They had decided before we rang.", 95),
    ("service", "Three visits for one door. Nobody told them why.", 160),
    ("gone", "The building was sold.", 210),
)
# to whom, about which touchpoint, what changed, what was said, what was done, days ago (0: a draft)
CHANGES = (
    ("external", "Being told when help comes", "A text message when we are on our way",
     "You wait for us without knowing when we come, and nobody calls when it gets later.",
     "Whoever has reported a lift gets a text message when the engineer sets off, and another if it takes longer than an hour. You need do nothing for it.", 34),
    ("internal", "Waiting for parts", "Engineers order parts up to 400 pounds themselves",
     "A part for 160 pounds waits two days for a signature, and people live above the third floor.",
     "The rule is lifted. Order what you need up to 400 pounds, and tell the store the same day.", 20),
    ("external", "A word to the residents", "Notices where the pushchairs wait",
     "The notice hangs on the caretaker’s door, where nobody comes by who needs the lift.",
     "Our engineers put it up beside the lift on the ground floor, and take it down themselves when the lift runs again.", 0),
)  # fmt: skip
