"""Letters as people and programs send them."""

from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.incoming_mail import MOST_BYTES, NotALetter, cut, parse, text_of_html


def letter(text="It is still broken.", **headers):
    message = EmailMessage()
    given = {"From": "Ada <Ada@Example.com>", "To": "support@volta.example", "Message-ID": "<a1@example.com>"}
    for name, value in {**given, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


def test_a_letter_says_who_wrote_what_to_whom():
    found = parse(
        letter(Subject="Re: T-ABC234", In_Reply_To="<x@busbar>", References="<w@busbar> <x@busbar>").as_bytes()
    )
    assert (found.sender, found.name, found.recipients) == ("ada@example.com", "Ada", ("support@volta.example",))
    assert (found.text, found.message_id, found.automatic) == ("It is still broken.", "<a1@example.com>", "")
    assert found.answers == ("<x@busbar>", "<w@busbar>")


@pytest.mark.parametrize(
    "below",
    [
        "On Mon, 4 May 2026 at 10:00, Volta <support+x@volta.example> wrote:\n> ===== T-ABC234: answer above\n> Hello",
        "Am 04.05.26 um 10:00 schrieb Volta:\n> Guten Tag\n>\n> Volta",
        "===== T-ABC234: please answer above this line\n\nHello Ada",
        "-- \nAda Lovelace\n+44 20 7946 0000",
        "On Mon, 4 May 2026 at 10:00, Volta Support\n<support+x@volta.example> wrote:\n> Hello",
    ],
    ids=["gmail", "german", "our own line", "signature", "two lines"],
)
def test_what_is_quoted_stands_apart(below):
    new, quoted = cut(f"It works now.\nThanks!\n\n{below}\n")
    assert new == "It works now.\nThanks!"
    assert quoted == below


def test_an_answer_between_quoted_lines_is_not_lost():
    new, _quoted = cut("> Does it work?\nYes.\n> And the cable?\nAlso.\n> Volta")
    assert "Yes." in new
    assert "Also." in new


def test_nothing_is_cut_off_a_letter_that_quotes_nothing():
    text = "Two things:\n- the screen\n- the cable"
    assert cut(text) == (text, "")


def test_a_letter_of_html_alone_is_read_as_text():
    message = letter()
    message.set_content(
        "<html><head><style>p {color: red}</style></head><body><p>It&nbsp;works <b>now</b>.</p>"
        "<script>alert(1)</script><div>On Monday Volta wrote:</div><blockquote>Hello<br>there"
        "</blockquote></body></html>",
        subtype="html",
    )
    found = parse(message.as_bytes())
    assert found.text == "It works now."
    assert "> Hello" in found.quoted
    assert "alert" not in found.text + found.quoted


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@example.com"},
        {"List_Id": "<ev.example.com>"},
        {"X_Autoreply": "yes"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_letters_of_programs_are_told(headers):
    assert parse(letter(**headers).as_bytes()).automatic


def test_files_come_along():
    message = letter()
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="../plug.png")
    (file,) = parse(message.as_bytes()).attachments
    assert (file.name, file.body) == ("../plug.png", b"\x89PNG")


@pytest.mark.parametrize("missing", ["From", "Message-ID"])
def test_what_has_no_sender_or_id_is_no_letter(missing):
    message = letter()
    del message[missing]
    with pytest.raises(NotALetter):
        parse(message.as_bytes())


def test_what_is_too_large_is_not_read():
    with pytest.raises(NotALetter):
        parse(b"x" * (MOST_BYTES + 1))


@given(st.binary(max_size=400))
def test_whatever_comes_is_a_letter_or_is_not(raw):
    for begun in (raw, letter().as_bytes() + raw, b"From: a@b.c\nMessage-ID: <a@b>\nContent-Type: " + raw):
        with suppress(NotALetter):
            parse(begun)


@given(st.text(max_size=300))
def test_who_wrote_something_is_never_left_without_words(text):
    new, _quoted = cut(text)
    assert bool(new) == bool(text.strip())
    assert text_of_html(text) is not None


def test_what_no_database_takes_is_left_out():
    raw = b"From: a@b.example\nMessage-ID: <a@b>\nSubject: \xff\xfe caf\xe9 \x00!\n\nHello\x00 \xff"
    found = parse(raw)
    (found.subject + found.text).encode()
    assert "\0" not in found.subject + found.text
    assert found.text.startswith("Hello")
