"""A seccomp filter, assembled by hand: a deny list over system calls, as classic BPF.

The numbers are the kernel's (arch/x86/entry/syscalls/syscall_64.tbl, and asm-generic/unistd.h for
aarch64). Namespaces and dropped capabilities already stop most of these calls; the filter keeps
the kernel's rarely used, often attacked parts out of reach as well.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
#: Offsets in struct seccomp_data: number, architecture, and the low halves of two arguments.
_NUMBER, _ARCHITECTURE, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_X32_BIT = 0x40000000
_CLONE_NEWUSER = 0x10000000
#: ioctls that type into the terminal of whoever started us.
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
#: With a network namespace of its own these reach nothing; AF_VSOCK and AF_ALG are not confined.
NAMESPACED_FAMILIES = (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK)

# name: (x86_64, aarch64); None where the architecture has no such call.
_DENIED: Mapping[str, tuple[int | None, int | None]] = MappingProxyType(
    {
        "acct": (163, 89),
        "add_key": (248, 217),
        "adjtimex": (159, 171),
        "bpf": (321, 280),
        "chroot": (161, 51),
        "clock_adjtime": (305, 266),
        "clock_settime": (227, 112),
        "delete_module": (176, 106),
        "finit_module": (313, 273),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fsopen": (430, 430),
        "fspick": (433, 433),
        "init_module": (175, 105),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "io_uring_setup": (425, 425),
        "ioperm": (173, None),
        "iopl": (172, None),
        "kcmp": (312, 272),
        "kexec_file_load": (320, 294),
        "kexec_load": (246, 104),
        "keyctl": (250, 219),
        "lookup_dcookie": (212, 18),
        # Memory that no process maps, and so no watch over processes sees.
        "memfd_create": (319, 279),
        "memfd_secret": (447, 447),
        "migrate_pages": (256, 238),
        "modify_ldt": (154, None),
        "mount": (165, 40),
        "mount_setattr": (442, 442),
        "move_mount": (429, 429),
        "move_pages": (279, 239),
        "msgget": (68, 186),
        "name_to_handle_at": (303, 264),
        "nfsservctl": (180, 42),
        "open_by_handle_at": (304, 265),
        "open_tree": (428, 428),
        "perf_event_open": (298, 241),
        "personality": (135, 92),
        "pidfd_getfd": (438, 438),
        "pivot_root": (155, 41),
        "process_madvise": (440, 440),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "ptrace": (101, 117),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "reboot": (169, 142),
        "request_key": (249, 218),
        "setdomainname": (171, 162),
        "sethostname": (170, 161),
        "setns": (308, 268),
        "settimeofday": (164, 170),
        "shmget": (29, 194),
        "swapoff": (168, 225),
        "swapon": (167, 224),
        "syslog": (103, 116),
        "umount2": (166, 39),
        "unshare": (272, 97),
        "uselib": (134, None),
        "userfaultfd": (323, 282),
        "vhangup": (153, 58),
        "vmsplice": (278, 75),
    }
)
_CLONE3 = 435


@dataclass(frozen=True, slots=True)
class _Architecture:
    column: int
    audit: int
    clone: int
    ioctl: int
    socket: int
    #: x86_64 alone answers a second set of numbers (x32), which would pass beside the list.
    second_abi: bool


_ARCHITECTURES: Mapping[str, _Architecture] = MappingProxyType(
    {
        "x86_64": _Architecture(0, 0xC000003E, 56, 16, 41, second_abi=True),
        "aarch64": _Architecture(1, 0xC00000B7, 220, 29, 198, second_abi=False),
    }
)
MACHINES = tuple(_ARCHITECTURES)


def denied(machine: str) -> dict[str, int]:
    """Return the calls that fail with EPERM on `machine`, by name."""
    column = _ARCHITECTURES[machine].column
    here = {name: numbers[column] for name, numbers in _DENIED.items()}
    return {name: number for name, number in here.items() if number is not None}


def program(machine: str, *, families: Iterable[int]) -> bytes:
    """Return the filter for `machine` (`x86_64` or `aarch64`) as struct sock_filter[].

    `families` are the socket address families that may be opened. Raises KeyError for a machine
    whose numbers we do not have.
    """
    arch = _ARCHITECTURES[machine]
    code = [_op(_LOAD, _ARCHITECTURE), _op(_EQUAL, arch.audit, 1, 0), _op(_RETURN, _KILL)]
    code.append(_op(_LOAD, _NUMBER))
    if arch.second_abi:
        code += [_op(_AT_LEAST, _X32_BIT, 0, 1), _op(_RETURN, _KILL)]
    for number in denied(machine).values():
        code += _when(number, [_fail(EPERM)])
    # glibc falls back to clone, whose flags a filter can see; those of clone3 lie behind a pointer.
    code += _when(_CLONE3, [_fail(ENOSYS)])
    code += _when(arch.clone, _unless_bit(_CLONE_NEWUSER))
    code += _when(arch.ioctl, _unless_equal(_ARGUMENT_1, (_TIOCSTI, _TIOCLINUX), EPERM))
    code += _when(arch.socket, _only_equal(_ARGUMENT_0, tuple(families), EAFNOSUPPORT))
    code.append(_op(_RETURN, _ALLOW))
    return b"".join(code)


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _fail(errno: int) -> bytes:
    return _op(_RETURN, _ERRNO | errno)


def _when(number: int, body: list[bytes]) -> list[bytes]:
    """Run `body`, which always returns, for one call; the number stays loaded for the others."""
    return [_op(_EQUAL, number, 0, len(body)), *body]


def _unless_bit(bit: int) -> list[bytes]:
    return [
        _op(_LOAD, _ARGUMENT_0),
        _op(_ANY_BIT, bit, 0, 1),
        _fail(EPERM),
        _op(_RETURN, _ALLOW),
    ]


def _unless_equal(argument: int, values: tuple[int, ...], errno: int) -> list[bytes]:
    body = [_op(_LOAD, argument)]
    for value in values:
        body += [_op(_EQUAL, value, 0, 1), _fail(errno)]
    return [*body, _op(_RETURN, _ALLOW)]


def _only_equal(argument: int, values: tuple[int, ...], errno: int) -> list[bytes]:
    body = [_op(_LOAD, argument)]
    for value in values:
        body += [_op(_EQUAL, value, 0, 1), _op(_RETURN, _ALLOW)]
    return [*body, _fail(errno)]
