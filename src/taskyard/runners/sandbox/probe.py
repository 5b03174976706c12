"""Why this machine does not let us isolate, and what to do about it."""

from pathlib import Path

_NONE_ALLOWED = "/proc/sys/user/max_user_namespaces"
_DEBIAN_SWITCH = "/proc/sys/kernel/unprivileged_userns_clone"
_APPARMOR_SWITCH = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))

NO_BUBBLEWRAP = "bubblewrap is not installed"
INSTALL = "Install the bubblewrap package of your system (apt, dnf or apk install bubblewrap)"


def remedy(*, bubblewrap: Path) -> str:
    """Return what the operator can do when `bubblewrap` could not make its namespaces."""
    if _sysctl(_NONE_ALLOWED) == "0":
        return "Allow user namespaces: sysctl -w user.max_user_namespaces=15000"
    if _sysctl(_DEBIAN_SWITCH) == "0":
        return "Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1"
    if _sysctl(_APPARMOR_SWITCH) == "1":
        return (
            "AppArmor restricts user namespaces: give "
            f"{bubblewrap} a profile with `userns,`, or run "
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if any(mark.exists() for mark in _CONTAINER_MARKS):
        return (
            "In a container: start it with --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --security-opt systempaths=unconfined"
        )
    return "Let unprivileged users make namespaces on this kernel; `unshare -Ur true` must work"


def _sysctl(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return None
