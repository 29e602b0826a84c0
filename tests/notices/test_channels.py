"""The ways out: what is taken, what surely is not, and what nobody can know."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from notices.channels import MailGateway, NotSent, Parcel, Refused, SmsFile, Unclear, available

PARCEL = Parcel("6f1c2a5e-0000-4000-8000-000000000001", "13800000001", "红牌", "【中心】红牌：GZ2026-000123")
LETTER = Parcel(PARCEL.key, "chen@example.com", "红牌", "红牌：GZ2026-000123\n")


# ---- Text messages


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PORTAL_SMS_FOLDER = str(tmp_path / "sms")
    return tmp_path / "sms"


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def test_a_text_message_is_a_line_only_its_owner_can_read(folder: Path) -> None:
    SmsFile().send(PARCEL)
    [line] = lines(folder)
    assert (line["key"], line["to"], line["text"]) == (PARCEL.key, PARCEL.to, PARCEL.text)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


def test_a_key_is_taken_once_also_the_day_after(folder: Path, time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T23:59:00+08:00")
    SmsFile().send(PARCEL)
    SmsFile().send(PARCEL)
    time_machine.move_to("2026-11-24T00:01:00+08:00")
    SmsFile().send(PARCEL)
    SmsFile().send(Parcel("another", "13800000001", "", "x"))
    assert [line["key"] for line in lines(folder)] == [PARCEL.key, "another"]


def test_many_at_once_write_whole_lines_and_each_key_once(folder: Path) -> None:
    def send() -> None:
        for n in range(25):
            SmsFile().send(Parcel(f"key {n}", "13800000001", "", "字" * 300))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line["key"] for line in lines(folder)) == sorted(f"key {n}" for n in range(25))


def test_a_line_cut_short_was_never_taken(folder: Path) -> None:
    SmsFile().send(PARCEL)
    [path] = folder.glob("*.jsonl")
    path.write_text(path.read_text().rstrip("\n"))
    gateway = SmsFile()
    assert not gateway._has(path, PARCEL.key)


def test_after_a_line_cut_short_the_next_are_taken_and_it_may_come_again(folder: Path) -> None:
    SmsFile().send(PARCEL)
    [path] = folder.glob("*.jsonl")
    path.write_text(path.read_text() + path.read_text().replace(PARCEL.key, "cut")[:40])
    for key in ("third", "third", "cut"):
        SmsFile().send(Parcel(key, "13800000001", "", "x"))
    assert [line["key"] for line in lines(folder)] == [PARCEL.key, "third", "cut"]


def test_a_full_disk_is_surely_not_sent_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SmsFile().send(PARCEL)
    monkeypatch.setattr(os, "write", lambda file, data: len(data) // 2)
    with pytest.raises(NotSent):
        SmsFile().send(Parcel("second", "13800000001", "", "x"))
    monkeypatch.undo()
    assert len(lines(folder)) == 1


# ---- E-mail


def test_a_mail_bears_its_key_and_says_that_no_person_wrote_it() -> None:
    MailGateway().send(LETTER)
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([LETTER.to], LETTER.title, LETTER.text)
    assert sent.extra_headers["Message-ID"].startswith(f"<{LETTER.key}@")
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_demo_writes_mails_to_files_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    MailGateway().send(LETTER)
    [path] = (tmp_path / "mail").iterdir()
    assert LETTER.key in path.read_text()
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


Script = Callable[[str], str | None]


@pytest.fixture
def smtp(settings: Any) -> Iterator[Callable[[Script], None]]:
    """A mail server of few words: ``smtp(answer)``, where ``answer(command)`` is its reply, None to hang up."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
    settings.EMAIL_FILE_PATH, settings.EMAIL_TIMEOUT = None, 5

    def serve(answer: Script) -> None:
        def talk() -> None:
            peer, _ = listener.accept()
            with peer, peer.makefile("rwb") as wire:

                def say(text: str) -> None:
                    wire.write(f"{text}\r\n".encode())
                    wire.flush()

                say("220 test")
                for raw in wire:
                    command = raw.decode().strip()
                    reply = answer(command)
                    if reply is None:
                        return
                    if reply:
                        say(reply)

        threading.Thread(target=talk, daemon=True).start()

    yield serve
    listener.close()


def polite(**other: str | None) -> Script:
    """Takes everything, except where told otherwise by the first word of a command (``END`` is the end of a mail)."""
    inside = [False]

    def answer(command: str) -> str | None:
        word = command.split(" ")[0].split(":")[0].upper()
        if inside[0]:
            if command != ".":
                return ""
            inside[0], word = False, "END"
        if word in other:
            return other[word]
        if word == "DATA":
            inside[0] = True
            return "354 go on"
        return "250 ok"

    return answer


def test_a_server_that_takes_it(smtp: Any) -> None:
    smtp(polite())
    MailGateway().send(LETTER)


@pytest.mark.parametrize(
    ("server", "error"),
    [
        ({"EHLO": None, "HELO": None}, NotSent),  # hangs up at once
        ({"MAIL": "451 later"}, NotSent),
        ({"RCPT": "450 busy"}, NotSent),
        ({"RCPT": "550 no such mailbox chen@example.com"}, Refused),
        ({"DATA": "554 no"}, NotSent),
        ({"END": "452 full"}, NotSent),  # it said no: not taken
        ({"END": None}, Unclear),  # it said nothing after the whole mail
    ],
)
def test_what_a_server_says_tells_how_far_it_came(smtp: Any, server: dict[str, str | None], error: type) -> None:
    smtp(polite(**server))
    with pytest.raises(error) as raised:
        MailGateway().send(LETTER)
    assert raised.type is error
    assert "chen" not in str(raised.value)


def test_a_server_that_is_away_has_surely_not_taken_it(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_SSL, settings.EMAIL_FILE_PATH = False, None
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        MailGateway().send(LETTER)


@pytest.mark.parametrize(
    ("mail_on", "sms", "ways"), [(True, "x", ["email", "sms"]), (False, "x", ["sms"]), (False, "", [])]
)
def test_an_installation_has_the_channels_of_its_settings(
    settings: Any, mail_on: bool, sms: str, ways: list[str]
) -> None:
    settings.PORTAL_SENDS_MAIL, settings.PORTAL_SMS_GATEWAY = mail_on, sms
    assert available() == ways
