"""Letters between drivers and support: out over a real mail server, in by pipe and by a real mailbox."""

import io
from email.message import EmailMessage
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from monitoring.models import SupportPolicy, Ticket, TicketAttachment, TicketMessage
from monitoring.services import fetching_letters, reply_addresses, ticket_letters, ticket_tokens, tickets
from monitoring.services.incoming_letters import Taken, take_in
from tests import factories
from tests.monitoring.tickets import report

SUPPORT = "support@volta.example"


@pytest.fixture(autouse=True)
def policy(organization, settings):
    settings.SUPPORT_ADDRESS = ""
    return SupportPolicy.objects.create(organization=organization, address=SUPPORT)


@pytest.fixture
def ticket(network):
    return report(network)


def letter(text="It is still broken.", sender="Ada <driver@example.com>", to=SUPPORT, number=1, **headers):
    found = EmailMessage()
    found.set_content(text)
    found["From"], found["To"], found["Message-ID"] = sender, to, f"<{number}@mail.example.com>"
    for name, value in {"Subject": "Help", **headers}.items():
        found[name.replace("_", "-")] = value
    return found


def said(ticket):
    return [(message.author, message.body) for message in ticket.messages.filter(is_internal=False)]


# --- Out ---


def test_an_answer_leaves_in_the_drivers_language_and_can_be_answered(mail, network, operator):
    ticket = report(network, language="de")
    tickets.answer(ticket=ticket, text="Bitte noch einmal stecken.", by=operator)
    assert ticket_letters.send_due() == 1
    (sent,) = mail.letters
    text = sent.get_body(("plain",)).get_content()
    assert "Bitte noch einmal stecken." in text
    assert f"/help/t/{ticket_tokens.token_of(ticket)}/" in text
    assert "Der Link ist nur für Sie bestimmt." in text
    assert "Bitte noch einmal stecken." in sent.get_body(("html",)).get_content()
    assert sent["To"] == "driver@example.com"
    assert sent["Reply-To"] == reply_addresses.reply_to(ticket)
    assert sent["Reply-To"].startswith(f"support+{ticket.reference.lower()}-")
    assert sent["Auto-Submitted"] is None
    message = ticket.messages.get(author="staff")
    assert (message.letter, message.message_id) == ("sent", sent["Message-ID"])
    assert ticket_letters.send_due() == 0


def test_letters_of_a_conversation_hang_together(mail, ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    ticket_letters.send_due()
    take_in(letter(to=mail.letters[0]["Reply-To"], number=7).as_bytes())
    tickets.answer(ticket=ticket, text="And now?", by=operator)
    ticket_letters.send_due()
    assert mail.letters[1]["In-Reply-To"] == "<7@mail.example.com>"
    assert mail.letters[1]["References"] == f"{mail.letters[0]['Message-ID']} <7@mail.example.com>"


def test_a_letter_that_did_not_leave_is_tried_again_with_the_same_id(mail, ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    mail.refuses = 451
    assert ticket_letters.send_due() == 0
    message = ticket.messages.get(author="staff")
    assert (message.letter, message.letter_attempts) == ("waiting", 1)
    assert message.problem
    assert ticket_letters.send_due() == 0
    mail.refuses = 0
    assert ticket_letters.send_due(now=message.letter_due_at) == 1
    assert mail.letters[0]["Message-ID"] == message.message_id


def test_an_address_that_does_not_exist_is_given_up(mail, ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    mail.refuses = 550
    ticket_letters.send_due()
    message = ticket.messages.get(author="staff")
    assert (message.letter, message.letter_due_at) == ("failed", None)


def test_a_letter_that_another_process_took_is_not_sent_twice(mail, ticket, operator):
    message = tickets.answer(ticket=ticket, text="Try again.", by=operator)
    stale = TicketMessage.objects.select_related("ticket__organization", "ticket__driver").get(pk=message.pk)
    now = timezone.now()
    assert ticket_letters.send_due(now=now) == 1
    assert ticket_letters._send(stale, now) == 0
    assert len(mail.letters) == 1


def test_without_an_address_letters_ask_for_no_answer(mail, ticket, operator, policy):
    policy.address = ""
    policy.save()
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    ticket_letters.send_due()
    assert mail.letters[0]["Reply-To"] is None
    assert "above this line" not in mail.letters[0].get_body(("plain",)).get_content()


# --- In ---


def test_a_letter_becomes_a_ticket_and_is_confirmed(mail, organization):
    assert take_in(letter(Subject="No light", Content_Language="de-DE").as_bytes()) is Taken.TICKET
    ticket = Ticket.objects.get()
    assert (ticket.organization, ticket.subject, ticket.source) == (organization, "No light", "email")
    assert (ticket.contact_email, ticket.contact_name, ticket.language) == ("driver@example.com", "Ada", "de")
    ticket_letters.send_due()
    assert ticket.reference in mail.letters[0]["Subject"]
    assert mail.letters[0]["In-Reply-To"] == "<1@mail.example.com>"
    assert mail.letters[0]["Auto-Submitted"] == "auto-replied"
    ticket.refresh_from_db()
    assert ticket.first_answered_at is None


def test_a_letter_that_comes_again_counts_once(ticket):
    assert take_in(letter(number=2).as_bytes()) is Taken.TICKET
    assert take_in(letter(number=2).as_bytes()) is Taken.KNOWN
    answer = letter(number=3, to=reply_addresses.reply_to(ticket)).as_bytes()
    assert take_in(answer) is Taken.ANSWER
    assert take_in(answer) is Taken.KNOWN
    assert Ticket.objects.count() == 2


def test_whoever_has_the_letters_address_answers_from_any_other(ticket):
    raw = letter(sender="ada@work.example", to=reply_addresses.reply_to(ticket).upper()).as_bytes()
    assert take_in(raw) is Taken.ANSWER
    assert said(ticket)[-1] == ("driver", "It is still broken.")


@pytest.mark.parametrize("forged", ["x" * 20, ""], ids=["wrong", "missing"])
def test_a_guessed_address_answers_nothing(ticket, forged):
    to = f"support+{ticket.reference.lower()}-{forged}@volta.example"
    assert take_in(letter(sender="eve@example.com", to=to).as_bytes()) is Taken.TICKET
    assert len(said(ticket)) == 1


def test_a_reference_is_believed_of_who_reported_it_only(ticket):
    subject = f"Re: It does not start [{ticket.reference}]"
    assert take_in(letter(sender="eve@example.com", Subject=subject, number=4).as_bytes()) is Taken.TICKET
    assert len(said(ticket)) == 1
    assert take_in(letter(Subject=subject, number=5).as_bytes()) is Taken.ANSWER
    assert len(said(ticket)) == 2


def test_the_id_of_our_letter_is_proof_and_that_of_anothers_is_none(mail, ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    ticket_letters.send_due()
    ours = letter(sender="ada@work.example", In_Reply_To=mail.letters[0]["Message-ID"], number=6)
    assert take_in(ours.as_bytes()) is Taken.ANSWER
    theirs = letter(sender="eve@example.com", In_Reply_To="<6@mail.example.com>", number=8)
    assert take_in(theirs.as_bytes()) is Taken.TICKET


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Return_Path": "<>"},
        {"sender": f"Volta <{SUPPORT}>"},
        {"sender": "support+t-abc@volta.example"},
    ],
    ids=["out of office", "bounce", "our own", "our own with a plus"],
)
def test_letters_of_programs_and_our_own_are_never_answered(headers, ticket):
    assert take_in(letter(to=reply_addresses.reply_to(ticket), **headers).as_bytes()) is Taken.IGNORED
    assert Ticket.objects.count() == 1
    assert len(said(ticket)) == 1


def test_two_programs_that_answer_each_other_stop(ticket, monkeypatch):
    monkeypatch.setattr("monitoring.services.incoming_letters.MOST_AN_HOUR", 2)
    to = reply_addresses.reply_to(ticket)
    taken = [take_in(letter(to=to, number=10 + n).as_bytes()) for n in range(3)]
    assert taken == [Taken.ANSWER, Taken.ANSWER, Taken.TOO_MANY]


def test_a_letter_for_nobody_known_is_nobodys(policy):
    factories.OrganizationFactory()
    assert take_in(letter(to="sales@elsewhere.example").as_bytes()) is Taken.NOBODYS


def test_what_was_quoted_is_kept_apart(mail, ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    ticket_letters.send_due()
    ours = mail.letters[0].get_body(("plain",)).get_content()
    quoted = "\n".join(f"> {line}" for line in ours.splitlines())
    text = f"Now it works!\n\nOn Mon, 4 May 2026 at 10:00, Volta wrote:\n{quoted}\n"
    take_in(letter(text, to=mail.letters[0]["Reply-To"]).as_bytes())
    message = ticket.messages.filter(author="driver").last()
    assert message.body == "Now it works!"
    assert "Try again." in message.quoted


def test_pictures_are_drawn_anew_and_programs_are_not_kept(ticket):
    picture = BytesIO()
    Image.new("RGB", (30, 20)).save(picture, "PNG")
    found = letter(to=reply_addresses.reply_to(ticket))
    found.add_attachment(picture.getvalue(), maintype="image", subtype="png", filename="plug.png")
    found.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="virus.exe")
    take_in(found.as_bytes())
    (kept,) = ticket.messages.filter(author="driver").last().attachments.all()
    assert (kept.name, kept.content_type) == ("plug.png", "image/jpeg")
    assert ticket.messages.filter(is_internal=True, body__contains="virus.exe").exists()


@pytest.fixture
def store(settings, tmp_path):
    """Where files are kept."""
    settings.MEDIA_ROOT = tmp_path
    return lambda: [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.parametrize("is_answer", [True, False])
def test_a_picture_survives_a_process_that_dies_over_its_letter(network, monkeypatch, store, is_answer):
    picture = BytesIO()
    Image.new("RGB", (30, 20)).save(picture, "PNG")
    found = letter(to=reply_addresses.reply_to(report(network)) if is_answer else SUPPORT)
    found.add_attachment(picture.getvalue(), maintype="image", subtype="png", filename="plug.png")

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(TicketAttachment.objects, "bulk_create", die)
        with pytest.raises(SystemExit):
            take_in(found.as_bytes())
    assert store() == []
    assert take_in(found.as_bytes()) == (Taken.ANSWER if is_answer else Taken.TICKET)
    assert take_in(found.as_bytes()) == Taken.KNOWN
    assert TicketAttachment.objects.get().message == TicketMessage.objects.get(message_id="<1@mail.example.com>")
    assert len(store()) == 1


def test_an_answer_opens_what_was_resolved(ticket, operator):
    tickets.resolve(ticket=ticket, by=operator)
    take_in(letter(to=reply_addresses.reply_to(ticket)).as_bytes())
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopened) == ("open", 1)


# --- The mailbox, the pipe ---


def test_a_mailbox_is_read_and_each_letter_marked(mailbox, ticket):
    uid = mailbox.put(letter(to=reply_addresses.reply_to(ticket)))
    nobodys = mailbox.put(letter(to="x@y.example", sender="no at all", number=2))
    assert fetching_letters.fetch() == 2
    assert said(ticket)[-1] == ("driver", "It is still broken.")
    assert mailbox.flags(uid) == {r"\Seen"}
    assert mailbox.flags(nobodys) == {r"\Seen", r"\Flagged"}
    assert fetching_letters.fetch() == 0


def test_a_connection_that_breaks_before_the_mark_loses_and_doubles_nothing(mailbox, ticket):
    uid = mailbox.put(letter(to=reply_addresses.reply_to(ticket)))
    mailbox.dies_before_marking = True
    assert fetching_letters.fetch() == 0
    assert mailbox.flags(uid) == set()
    mailbox.dies_before_marking = False
    assert fetching_letters.fetch() == 1
    assert [author for author, _body in said(ticket)] == ["driver", "driver"]


def test_a_wrong_password_harms_nothing(mailbox, settings):
    settings.SUPPORT_MAILBOX = mailbox.url.replace("word", "ward")
    assert fetching_letters.fetch() == 0


def test_a_password_may_have_letters_of_any_language(mailbox, ticket, settings):
    mailbox.account, mailbox.has_plain = ("support@volta.example", "pass/wörd"), True
    settings.SUPPORT_MAILBOX = mailbox.url
    mailbox.put(letter(to=reply_addresses.reply_to(ticket)))
    assert fetching_letters.fetch() == 1
    mailbox.has_plain = False
    assert fetching_letters.fetch() == 0


def test_a_mail_server_hands_letters_over_by_a_pipe(ticket, monkeypatch):
    def pipe(raw):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        out = io.StringIO()
        call_command("receive_mail", stdout=out, stderr=io.StringIO())
        return out.getvalue().strip()

    assert pipe(letter(to=reply_addresses.reply_to(ticket)).as_bytes()) == "answer"
    with pytest.raises(SystemExit) as ended:
        pipe(b"this is no letter")
    assert ended.value.code == 65
