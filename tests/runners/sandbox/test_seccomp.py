"""The filter, run by a small interpreter of classic BPF, for both architectures."""

import struct

import pytest

from taskyard.runners.sandbox import seccomp

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CALLS = {
    "x86_64": {"read": 0, "clone": 56, "ioctl": 16, "socket": 41, "execve": 59},
    "aarch64": {"read": 63, "clone": 220, "ioctl": 29, "socket": 198, "execve": 221},
}


def run(program: bytes, arch: int, number: int, *arguments: int) -> int:
    """Return what the filter answers for one system call."""
    values = [*arguments, *([0] * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number, arch, 0, *values)
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, at * 8)
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            hit = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += if_true if hit else if_false


@pytest.fixture(params=seccomp.MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_ordinary_calls_pass(machine: str) -> None:
    program = seccomp.program(machine, families=seccomp.NAMESPACED_FAMILIES)
    for name in ("read", "clone", "ioctl", "execve"):
        assert run(program, AUDIT[machine], CALLS[machine][name]) == ALLOW


def test_every_denied_call_fails(machine: str) -> None:
    program = seccomp.program(machine, families=())
    denied = seccomp.denied(machine)
    assert len(denied) >= 55
    assert len(set(denied.values())) == len(denied)
    for number in denied.values():
        assert run(program, AUDIT[machine], number) == ERRNO | seccomp.EPERM


def test_a_foreign_architecture_is_killed(machine: str) -> None:
    program = seccomp.program(machine, families=())
    assert run(program, 0x40000003, 0) == KILL


def test_the_second_numbering_of_x86_is_killed() -> None:
    program = seccomp.program("x86_64", families=())
    assert run(program, AUDIT["x86_64"], 0x40000000) == KILL


def test_new_user_namespaces_are_refused_by_clone(machine: str) -> None:
    program = seccomp.program(machine, families=())
    number = CALLS[machine]["clone"]
    assert run(program, AUDIT[machine], number, 0x10000011) == ERRNO | seccomp.EPERM
    assert run(program, AUDIT[machine], number, 0x01200011) == ALLOW
    assert run(program, AUDIT[machine], 435) == ERRNO | seccomp.ENOSYS


def test_typing_into_a_terminal_is_refused(machine: str) -> None:
    program = seccomp.program(machine, families=())
    number = CALLS[machine]["ioctl"]
    assert run(program, AUDIT[machine], number, 0, 0x5412) == ERRNO | seccomp.EPERM
    assert run(program, AUDIT[machine], number, 0, 0x541C) == ERRNO | seccomp.EPERM
    assert run(program, AUDIT[machine], number, 0, 0x5401) == ALLOW


def test_only_the_named_socket_families_open(machine: str) -> None:
    number = CALLS[machine]["socket"]
    spaced = seccomp.program(machine, families=seccomp.NAMESPACED_FAMILIES)
    bare = seccomp.program(machine, families=())
    for family in range(46):
        answer = run(spaced, AUDIT[machine], number, family)
        assert (answer == ALLOW) == (family in {1, 2, 10, 16})
        assert run(bare, AUDIT[machine], number, family) == ERRNO | seccomp.EAFNOSUPPORT
