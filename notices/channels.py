"""Ways out of the portal: e-mail by SMTP, text messages by whatever gateway the settings name.

A gateway has one method, ``send``, which returns when the other side has taken the parcel and raises one of three
errors else.  The difference matters, because nothing may be sent twice by itself:

* ``NotSent``   surely not taken; it may be tried again
* ``Refused``   surely not taken, and trying again will not help
* ``Unclear``   the connection broke after the parcel was handed over: it may have arrived

Every parcel carries a key that never changes.  A gateway that promises to take a key only once says so
(``takes_a_key_once``); what is unclear there is simply sent again.  SMTP makes no such promise.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.module_loading import import_string

from notices.choices import Channel


@dataclass(frozen=True)
class Parcel:
    """What is sent.  ``to`` is an address or a mobile number; the texts hold codes, counts and links."""

    key: str
    to: str
    title: str
    text: str


class NotSent(Exception):
    """Surely not taken.  The text is for the log: no address, no number."""


class Refused(NotSent):
    """Surely not taken, and never will be."""


class Unclear(Exception):
    """May have been taken."""


class Gateway(Protocol):
    takes_a_key_once: bool

    def send(self, parcel: Parcel) -> None: ...


def available() -> list[str]:
    """The channels this installation has."""
    channels: list[str] = []
    if settings.PORTAL_SENDS_MAIL:
        channels.append(Channel.EMAIL)
    if settings.PORTAL_SMS_GATEWAY:
        channels.append(Channel.SMS)
    return channels


def gateway(channel: str) -> Gateway:
    made: Gateway = MailGateway() if channel == Channel.EMAIL else import_string(settings.PORTAL_SMS_GATEWAY)()
    return made


class MailGateway:
    """E-mail through Django's mail backend.

    A connection for each mail: an error then tells how far that one mail came.  The Message-ID is made of the key, so
    that mailbox programs fold a mail that arrives twice into one; servers do not promise to.
    """

    takes_a_key_once = False

    def send(self, parcel: Parcel) -> None:
        if settings.EMAIL_FILE_PATH:
            _private_folder(Path(settings.EMAIL_FILE_PATH))
        connection: Any = get_connection()
        try:
            connection.open()
            if server := getattr(connection, "connection", None):
                server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(_said(error)) from error
        try:
            self._mail(parcel, connection).send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise (Refused if all(code >= 500 for code in codes) else NotSent)(f"收件服务器拒收 {codes}") from error
        except smtplib.SMTPResponseException as error:
            raise NotSent(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unclear(_said(error)) from error
        finally:
            connection.close()

    @staticmethod
    def _mail(parcel: Parcel, connection: object) -> EmailMessage:
        host = urlsplit(settings.PORTAL_PUBLIC_URL).hostname or "localhost"
        return EmailMessage(
            subject=parcel.title,
            body=parcel.text,
            to=[parcel.to],
            headers={"Message-ID": f"<{parcel.key}@{host}>", "Auto-Submitted": "auto-generated"},
            connection=connection,
        )


class SmsFile:
    """Text messages as lines of JSON, one file a day, readable by its owner only: for the demo, or for a modem that
    reads them.  Takes a key once, as a good provider does.
    """

    takes_a_key_once = True
    #: A parcel is tried again within hours; a file of the day before is looked at too.
    LOOKED_AT: Final = 2

    def send(self, parcel: Parcel) -> None:
        folder = Path(settings.PORTAL_SMS_FOLDER)
        today = timezone.localdate()
        line = json.dumps(
            {"at": timezone.localtime().isoformat(), "key": parcel.key, "to": parcel.to, "text": parcel.text},
            ensure_ascii=False,
        )
        try:
            _private_folder(folder)
            with _locked(folder / "lock"):
                days = [folder / f"{today - dt.timedelta(days=n)}.jsonl" for n in range(self.LOOKED_AT)]
                if not any(self._has(path, parcel.key) for path in days):
                    _append(days[0], line)
        except OSError as error:
            raise NotSent(_said(error)) from error

    @staticmethod
    def _has(path: Path, key: str) -> bool:
        if not path.exists():
            return False
        with path.open(encoding="utf-8") as lines:
            return any(_key(line) == key for line in lines)


def _key(line: str) -> str | None:
    """The key of one line of the file.  A line that was cut short counts for nothing: it was never taken."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said.get("key") if isinstance(said, dict) and line.endswith("\n") else None


def _private_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among all processes of this machine; let go of by dying, too."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _append(path: Path, line: str) -> None:
    """One whole line at the end, on the disk when this returns; or nothing."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        before = os.fstat(file).st_size
        if before and os.pread(file, 1, before - 1) != b"\n":  # cut short by a crash, and so never taken
            before = os.pread(file, before, 0).rfind(b"\n") + 1
            os.ftruncate(file, before)
        data = f"{line}\n".encode()
        try:
            if os.write(file, data) != len(data):
                raise OSError("the disk is full")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, before)
            raise
    finally:
        os.close(file)


def _said(error: Exception) -> str:
    """What kind of error it was.  Its own words are left out: servers quote addresses."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
