"""Sealed messages and words on stderr, whatever bytes a host sends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.transports.winrmseal import BOUNDARY, Unsealed, seal, unseal
from auditkit.transports.winrmtrouble import clixml


def context() -> Any:
    """A seal of a test: four bytes of header, and every bit turned over."""
    turned = bytes(255 - n for n in range(256))
    return SimpleNamespace(
        wrap_winrm=lambda message: (b"head", message.translate(turned), 0), unwrap_winrm=lambda header, data: data.translate(turned)
    )


@given(st.binary(max_size=2000))
def test_what_is_sealed_is_unsealed(message: bytes) -> None:
    assert unseal(context(), seal(context(), message)) == message


def test_padding_counts_in_the_length() -> None:
    padded = SimpleNamespace(wrap_winrm=lambda message: (b"head", message + b"\1", 1), unwrap_winrm=lambda header, data: data[:-1])
    made: Any = padded
    body = seal(made, b"<Envelope/>")
    assert b"Length=12\r\n" in body
    assert unseal(made, body) == b"<Envelope/>"
    with pytest.raises(Unsealed, match="another length"):
        unseal(made, body.replace(b"Length=12", b"Length=99"))


def test_even_where_the_sealed_bytes_look_like_a_boundary() -> None:
    inside = BOUNDARY + b"--\r\n" + BOUNDARY + b"\r\nLength=7\r\n"
    plain = SimpleNamespace(wrap_winrm=lambda message: (b"head", message, 0), unwrap_winrm=lambda header, data: data)
    context_of: Any = plain
    assert unseal(context_of, seal(context_of, inside)) == inside


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_any_other_bytes_are_refused(body: bytes, size: bytes) -> None:
    whole = seal(context(), b"<Envelope/>")
    for made in (body, whole[:-30] + body, whole.replace(b"\x04\0\0\0", size[:4].ljust(4, b"\0"), 1)):
        try:
            assert unseal(context(), made) == b"<Envelope/>" or made == body
        except Unsealed:
            continue


@pytest.mark.parametrize("cut", range(3, 60, 7))  # the line end of the last line carries nothing
def test_a_sealed_message_that_is_cut_is_refused(cut: int) -> None:
    with pytest.raises(Unsealed):
        unseal(context(), seal(context(), b"<Envelope/>")[:-cut])


@given(st.binary(max_size=400))
def test_stderr_is_words_whatever_it_holds(data: bytes) -> None:
    for made in (data, b"#< CLIXML\r\n" + data, b"#< CLIXML\r\n<Objs x>" + data + b"</Objs>"):
        assert isinstance(clixml(made), str)


def test_errors_alone_count_of_several_documents() -> None:
    objs = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">{}</Objs>'
    said = objs.format('<S S="Error">Отказано_x0021_</S><S S="verbose">x</S>') + objs.format('<S S="Error"> _xD83D__xDE00_</S>')
    assert clixml(b"warned\r\n#< CLIXML\r\n" + said.encode()) == "warnedОтказано! \U0001f600"
