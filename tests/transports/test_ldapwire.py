"""Results of operations: whatever bytes a server sends, they are a result, or they are not understood; nothing else is raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.transports.ldapentry import BerError
from auditkit.transports.ldapwire import Result, result

# Made by hand after RFC 4511: code 49, no DN, message "no\0"; a SASL token [7]; the paging control with a cookie.
BOUND = bytes.fromhex("3016020101" "6111" "0a0131" "0400" "04036e6f00" "8705544f4b454e")
DONE = bytes.fromhex(
    "303c020107" "6507" "0a0100" "0400" "0400"
    "a02e" "302c" "0416312e322e3834302e3131333535362e312e342e333139" "0412" "3010020200fa" "040a" "6e6578742d636f6f6b69"
)  # fmt: skip


def _read(raw: bytes) -> Result | str:
    """The result, or the words of why it is none; anything else that is raised is a failure."""
    try:
        return result(raw)
    except BerError as e:
        return str(e)


def test_a_refused_login() -> None:
    assert result(BOUND) == Result(49, "no", b"", b"TOKEN")


def test_the_cookie_of_the_next_page() -> None:
    assert result(DONE) == Result(0, "", b"next-cooki", None)


@pytest.mark.parametrize("raw", [BOUND, DONE])
def test_a_result_that_is_cut_off_is_none(raw: bytes) -> None:
    for size in range(len(raw)):
        with pytest.raises(BerError):
            result(raw[:size])


@settings(max_examples=300)
@given(raw=st.sampled_from([BOUND, DONE]), at=st.integers(0, 61), value=st.integers(0, 255))
def test_a_byte_that_is_another_one_is_a_result_or_not_understood(raw: bytes, at: int, value: int) -> None:
    damaged = raw[: at % len(raw)] + bytes((value,)) + raw[at % len(raw) + 1 :]
    assert _read(damaged)


@given(raw=st.binary(max_size=60))
def test_noise_is_not_understood(raw: bytes) -> None:
    assert _read(raw)
