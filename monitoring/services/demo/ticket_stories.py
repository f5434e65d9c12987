"""What drivers of the demo network report, and what they are answered. All of them are invented."""

from dataclasses import dataclass

from monitoring.models import Ticket

_Category, _Priority = Ticket.Category, Ticket.Priority


@dataclass(frozen=True, slots=True)
class Story:
    """`hours`: how long its solution takes, about. `refund`: of how much of the session, in percent."""

    category: str
    priority: int
    subject: str
    body: str
    answer: str
    reply: str = ""
    solved: str = "Glad that it works again. Have a good trip!"
    hours: float = 4.0
    refund: int = 0
    weight: int = 3


STORIES = (
    Story(
        _Category.START,
        _Priority.NORMAL,
        "The charger does not start",
        "I plugged in and showed my card three times. It says it is ready, and nothing happens.",
        "I have restarted the charger from here. Could you plug in once more and show the card?",
        "Yes, now it charges.",
        weight=8,
    ),
    Story(
        _Category.PLUG,
        _Priority.HIGH,
        "The cable does not come out",
        "The session is over, and the plug is locked in my car. I have to leave.",
        "I have unlocked it from here. Please press the unlock button of the car too.",
        "It came out. Thank you for being so quick!",
        hours=0.5,
        weight=5,
    ),
    Story(
        _Category.STOP,
        _Priority.NORMAL,
        "Charging stopped after ten minutes",
        "I came back and the car was at 34 %. The screen said that charging was stopped by the station.",
        "The station was too hot and cut off. We have lowered its power until somebody has looked at the fan.",
        "I see. It cost me an hour, though.",
        refund=50,
        hours=20,
        weight=5,
    ),
    Story(
        _Category.STOP,
        _Priority.LOW,
        "Only 22 kW instead of 150",
        "The sign says 150 kW and I never saw more than 22. My car can do more.",
        "Two cars shared the power of this station. Was the other place taken?",
        "It was not, I was alone there.",
        "You were right: one of its power modules had failed. It is replaced.",
        hours=60,
    ),
    Story(
        _Category.PAYMENT,
        _Priority.NORMAL,
        "Charged twice for one session",
        "My statement has two amounts for the same afternoon. I charged once.",
        "I have asked for the second one to be given back. Somebody from finance looks at it today.",
        refund=100,
        hours=26,
        weight=4,
    ),
    Story(
        _Category.PAYMENT,
        _Priority.LOW,
        "I need an invoice with VAT",
        "My employer wants an invoice in the name of the company.",
        "Gladly: to which name and address should it be made out?",
        "Nordlicht Dach GmbH, Hafenweg 4, Hamburg.",
        "It is on its way to you by email.",
        hours=30,
    ),
    Story(
        _Category.ACCESS,
        _Priority.NORMAL,
        "My new card is refused",
        "The card came last week. The charger says that it is not accepted.",
        "It was not activated yet. I have done that now: it works within a minute.",
        "It does. Thanks.",
        hours=2,
        weight=4,
    ),
    Story(
        _Category.SITE,
        _Priority.LOW,
        "Parked cars on the charging places",
        "Two cars without a plug stand there since this morning. Can you have them removed?",
        "We have told the owner of the car park. Markings on the ground follow next month.",
        hours=48,
    ),
    Story(
        _Category.DAMAGE,
        _Priority.URGENT,
        "The cable is cut open",
        "One can see the wires. I have not touched it.",
        "Thank you, that was right. It is switched off, and a technician is on the way. Please stay clear of it.",
        solved="The cable is replaced and tested. Thank you for telling us.",
        hours=7,
        weight=1,
    ),
    Story(
        _Category.QUESTION,
        _Priority.LOW,
        "Is the site open on Sunday?",
        "The gate was closed last Sunday evening. When can I charge there?",
        "It closes at eight in the evening on Sundays. The times stand on the map, too.",
        hours=10,
    ),
    Story(
        _Category.OTHER,
        _Priority.LOW,
        "The screen is hard to read in the sun",
        "After noon one sees nothing on it. A roof would help.",
        "Thank you, we have passed it on to those who plan the site.",
        hours=40,
        weight=1,
    ),
)

CANNED = (
    (
        "Restarted, please try again",
        "Hello {name},\n\nI have restarted the charger {station} from here. Please plug in once more and show your"
        " card. If it does not start within a minute, reply to this message or call us.\n\n{support}",
        _Category.START,
    ),
    (
        "Plug released",
        "Hello {name},\n\nthe plug at {station} is unlocked. Please unlock your car as well, then pull straight.\n\n"
        "{support}",
        _Category.PLUG,
    ),
    (
        "A technician is on the way",
        "Hello {name},\n\nthank you for your report. A technician looks after {station} at {site}. We write to you as"
        " soon as it works again.\n\n{support}",
        "",
    ),
    (
        "Refund asked for",
        "Hello {name},\n\nI am sorry for the trouble. I have asked for your money to be given back; it takes our"
        " finance a day or two. Your ticket is {reference}.\n\n{support}",
        _Category.PAYMENT,
    ),
)

NAMES = (
    *("Ada Winter", "Bram Visser", "Chloé Martin", "Dario Conti", "Emil Sørensen", "Freya Holm", "Gustav Lindgren"),
    *("Hanna Krüger", "Inès Moreau", "Jonas Bauer", "Karin de Boer", "Luc Lefèvre", "Mila Novak", "Noor Jansen"),
    *("Oskar Nilsson", "Pia Schmidt", "Quentin Roux", "Rosa Vidal", "Sven Larsen", "Tilda Berg"),
)
