"""Logging in: key, agent, password, keyboard-interactive (RFC 4252, 4256), as many of them as the server wants.

One try a key and one a password, so that nobody is locked out. What is raised carries no frame in which a secret stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import paramiko

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential, Masked
from auditkit.transports.sshkeys import AGENT_KEYS, agent_keys, load_key, told
from auditkit.transports.sshtransport import Answer, AsksMore, Prompts, Transport

_PASSWORD = re.compile(r"pass|парол", re.IGNORECASE)
_NO_MORE = re.compile(r"authentication fail|no more auth", re.IGNORECASE)


@dataclass(slots=True)
class Login:
    """One login. tell: called with each method before it is tried. interactive: whether keyboard-interactive may be answered."""

    transport: Transport
    user: str
    where: str
    tell: Callable[[str], None]
    interactive: bool = True
    _allowed: tuple[str, ...] | None = None  # None: not asked yet
    _accepted: list[str] = field(default_factory=list)
    _refused: list[str] = field(default_factory=list)
    _left: int = 0  # keys of the agent that are not offered

    def run(self, credential: Credential | None) -> None:
        """Log in. Raises TransportError: bad_credential, timed_out, refused."""
        password = credential.password if credential else None
        with ExitStack() as open_:
            keys: Sequence[paramiko.PKey] = ()
            if credential is not None and credential.private_key is not None:
                keys = [load_key(credential, self.where)]
            elif password is None:
                held = open_.enter_context(agent_keys(self.where))
                keys, self._left = held[:AGENT_KEYS], len(held[AGENT_KEYS:])
            if any(self._steps(keys, password)):
                return
        raise self._no_way(bool(keys), password is not None)

    def _steps(self, keys: Sequence[paramiko.PKey], password: Masked | None) -> Iterator[bool]:
        """Each step yields whether the login is done."""
        if not keys:  # which methods there are is asked first: a password sent by the wrong one counts as a failure
            yield self._step("", "none", lambda handler: handler.send_auth_request(self.user, "none"))
        for key in keys:
            if self._may("publickey"):
                yield self._step(f"key {told(key)}", "publickey", lambda handler, key=key: handler.auth_publickey(self.user, key))  # type: ignore[misc]
        if password is None:
            return
        if self._may("password"):
            yield self._step("password", "password", lambda handler: handler.auth_password(self.user, password.reveal()))
        if self._may("keyboard-interactive") and self.interactive and "password" not in self._refused:
            answers = _Answers(password, "password" in self._accepted)
            yield self._step(
                "password (keyboard-interactive)", "keyboard-interactive", lambda handler: handler.auth_interactive(self.user, answers)
            )

    def _may(self, method: str) -> bool:
        return self._allowed is None or method in self._allowed

    def _step(self, what: str, method: str, request: Callable[[Any], object]) -> bool:
        self.tell(method)
        trouble: TransportError | None = None
        answer = Answer(False)
        try:
            answer = self.transport.attempt(self.user, request)
        except AsksMore as e:
            trouble = self._wrong(f"the server asks for {e}")
        except TimeoutError:
            trouble = TransportError("timed_out", f"{self.where}: no answer to the login within {self.transport.auth_timeout:g} s")
        except (paramiko.SSHException, EOFError, OSError) as e:
            trouble = self._broken(e, what)
        if trouble is not None:
            raise trouble  # outside of `except`: the frames below hold the secret
        if answer.done:
            return True
        self._allowed = answer.allowed
        if what:
            (self._accepted if answer.partial else self._refused).append(what)
        return False

    def _broken(self, e: Exception, what: str) -> TransportError:
        if self.transport.is_active():  # on our side: an agent that does not sign, no signature algorithm in common
            return self._wrong(f"{what} cannot be used: {one_line(str(e), 120) or type(e).__name__}")
        said = self.transport.farewell or one_line(str(e), 120) or "no reason given"
        if self._refused or _NO_MORE.search(said):
            self._refused.append(what) if what else None
            return self._wrong(f"then the server hung up ({said})")
        return TransportError("refused", f"{self.where}: the server hung up during the login of {one_line(self.user, 40)!r} ({said})")

    def _wrong(self, why: str) -> TransportError:
        told_ = [f"accepted: {', '.join(self._accepted)}"] if self._accepted else []
        told_ += [f"refused: {', '.join(self._refused)}"] if self._refused else []
        return TransportError("bad_credential", f"{self.where}: login {one_line(self.user, 40)!r}: {'; '.join([*told_, why])}")

    def _no_way(self, has_key: bool, has_password: bool) -> TransportError:
        allows = f"the server allows: {one_line(', '.join(self._allowed or ()), 120) or 'nothing more'}"
        if self._accepted:
            return self._wrong(f"more is wanted, {allows}; add it to the credential")
        if self._refused:
            rest = f"; {self._left} more keys of the ssh-agent were not offered: use key:FILE" if self._left else ""
            return self._wrong(f"wrong, or not known there; {allows}{rest}")
        holds = " and ".join(["a key"] * has_key + ["a password"] * has_password)
        return self._wrong(f"the credential holds {holds}, and no method of the server takes it; {allows}")


class _Answers:
    """Answers keyboard-interactive (RFC 4256): one question whose answer is not shown, once; anything else is somebody's second factor."""

    def __init__(self, password: Masked, known: bool) -> None:
        self._password = password
        self._known = known  # the password was accepted already: only a question for a password may get it again
        self._given = False

    def __call__(self, title: str, instructions: str, prompts: Prompts) -> list[str]:
        if not prompts:
            return []
        asked = ", ".join(repr(one_line(text, 60)) for text, _ in prompts)
        if self._given:
            raise AsksMore(f"more after the password: {asked}")
        if len(prompts) != 1 or prompts[0][1] or (self._known and not _PASSWORD.search(prompts[0][0])):
            raise AsksMore(f"what no stored credential can answer: {asked}")
        self._given = True
        return [self._password.reveal()]
