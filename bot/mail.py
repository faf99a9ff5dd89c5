"""Hands one message to the mail server and says what is known of it: taken, not taken, or nobody knows.

Knows no report. A message that may have been taken is never handed over again by itself.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from bot.carriers import Carried, Doubtful, NotSent, Sheet
from bot.sections import Mail
from db.identifiers import netted

_GONE_FOR_GOOD = 500  # from here on a server's no is final


@dataclass(frozen=True)
class Letter:
    """What is sent; `key` names it for ever, so that two of it can be told for one."""

    key: str
    to: Sequence[str]
    subject: str
    words: str
    sheets: Sequence[Sheet]


def send(mail: Mail, letter: Letter, now: object) -> Carried:
    """Raises NotSent where nothing has left, Doubtful where the server never said."""
    if mail.host is None:
        raise NotSent("no mail server", final=True)
    message = composed(mail, letter, now)
    try:
        server = _opened(mail)
    except smtplib.SMTPAuthenticationError as no:
        raise NotSent(_said(no), final=True) from no
    except (smtplib.SMTPException, OSError) as no:
        raise NotSent(_said(no), final=False) from no
    try:
        return _handed_over(server, mail, letter.to, message)
    finally:
        _closed(server)


def composed(mail: Mail, letter: Letter, now: object) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, ", ".join(letter.to)
    message["Subject"] = netted(letter.subject)
    domain = parseaddr(mail.sender)[1].partition("@")[2] or "localhost"
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Date"] = format_datetime(now)  # type: ignore[arg-type]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(netted(letter.words))
    for sheet in letter.sheets:
        kind, _, subtype = sheet.media.partition("/")
        message.add_attachment(sheet.content, maintype=kind, subtype=subtype, filename=netted(sheet.name))
    return message


def _opened(mail: Mail) -> smtplib.SMTP:
    trusted = ssl.create_default_context(cafile=str(mail.ca) if mail.ca else None)
    host, timeout = mail.host or "", mail.timeout
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, mail.port, timeout=timeout, context=trusted)
    else:
        server = smtplib.SMTP(host, mail.port, timeout=timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=trusted)
        if mail.user is not None and mail.password is not None:
            server.login(mail.user, mail.password.get_secret_value())
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, mail: Mail, to: Sequence[str], message: EmailMessage) -> Carried:
    """All of the addresses or none: a pack that reached half of them would have to be sent again."""
    try:
        _answered(server.mail(parseaddr(mail.sender)[1]))
        for address in to:
            _answered(server.rcpt(address))
    except (smtplib.SMTPException, OSError) as no:
        raise NotSent(_said(no), final=False) from no
    try:
        code, said = server.data(message.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as no:  # it did not want to hear the message at all
        raise NotSent(_said(no), final=no.smtp_code >= _GONE_FOR_GOOD) from no
    except (smtplib.SMTPException, OSError) as no:
        raise Doubtful(_said(no)) from no
    _answered((code, said))
    return Carried(f"{code} {said.decode('utf-8', 'replace')}")


def _answered(reply: tuple[int, bytes]) -> None:
    code, said = reply
    if not 200 <= code < 300:
        raise NotSent(f"{code} {said.decode('utf-8', 'replace')}", final=code >= _GONE_FOR_GOOD)


def _closed(server: smtplib.SMTP) -> None:
    """What was taken is taken, whether the server says goodbye or not."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _said(no: Exception) -> str:
    if isinstance(no, smtplib.SMTPResponseException):
        said = no.smtp_error
        return f"{no.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return f"{type(no).__name__}: {no}"
