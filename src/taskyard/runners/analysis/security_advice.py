"""What bandit's rules mean, and what to do about each.

The titles replace bandit's messages, which name the mechanism and not the danger.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from taskyard.runners.analysis.finding import Severity


class Advice(NamedTuple):
    """What a security rule means; `usual_severity` stands where a tool gives none."""

    title: str | None
    text: str
    cwe: str | None = None
    usual_severity: Severity = "medium"


UNKNOWN = Advice(None, "Read the rule's page, and change the code or explain it with a # nosec.")
_PICKLE = "Never load pickled data that others could have written; use JSON."
_XML = "Parse XML from others with defusedxml, which refuses entity bombs and external entities."
_XML_IMPORT = Advice("XML parser without protection imported", _XML, "CWE-20", "low")
_CRYPTO = "Use the cryptography package's recipes; the named one is broken or unmaintained."
_CERTIFICATE = "Verify certificates; for a private authority, pass its certificate instead."
_TLS = "Ask for TLS 1.2 or newer with ssl.create_default_context()."
_SHELL = "Pass a list of arguments and no shell, or quote each value with shlex.quote()."
_PATHS = "Give the program's full path, or make sure PATH is yours."
_ESCAPE = "Let the template engine escape; mark as safe only text no user can touch."

SECURITY: Mapping[str, Advice] = MappingProxyType(
    {
        "B102": Advice(
            "exec() runs text as code", "Call a function instead; look it up in a dict."
        ),
        "B103": Advice(
            "File made writable or executable for all", "Give only the owner write access."
        ),
        "B104": Advice("Listens on all network interfaces", "Bind to one address, from a setting."),
        "B105": Advice(
            "Password in the code",
            "Read it from a setting or a secret store, and change it.",
            "CWE-259",
            "low",
        ),
        "B106": Advice(
            "Password in the code, as an argument",
            "Read it from a setting or a secret store, and change it.",
            "CWE-259",
            "low",
        ),
        "B107": Advice(
            "Password in the code, as a default", "Ask for it without a default.", "CWE-259", "low"
        ),
        "B108": Advice(
            "Predictable name in a shared temporary folder",
            "Use tempfile.mkdtemp() or NamedTemporaryFile().",
        ),
        "B110": Advice(
            "Exception swallowed without a word",
            "Catch the exact exception, and log it.",
            "CWE-703",
            "low",
        ),
        "B112": Advice(
            "Exception skipped without a word",
            "Catch the exact exception, and log it.",
            "CWE-703",
            "low",
        ),
        "B113": Advice(
            "HTTP request without a time-out",
            "Pass timeout=; without it a silent server holds you forever.",
            "CWE-400",
        ),
        "B201": Advice(
            "Flask runs with its debugger",
            "Leave debug off outside development: the debugger runs any code.",
            "CWE-94",
            "high",
        ),
        "B202": Advice(
            "Archive unpacked without a check",
            "Pass filter='data', or read members one by one.",
            "CWE-22",
            "high",
        ),
        "B301": Advice("Pickled data loaded", _PICKLE, "CWE-502"),
        "B302": Advice("Marshalled data loaded", _PICKLE, "CWE-502"),
        "B303": Advice(
            "Weak hash", "Use SHA-256 or BLAKE2; for passwords bcrypt or argon2.", "CWE-327"
        ),
        "B304": Advice("Broken cipher", _CRYPTO, "CWE-327", "high"),
        "B305": Advice(
            "Cipher mode that leaks patterns",
            "Use an authenticated mode, such as AES-GCM.",
            "CWE-327",
        ),
        "B306": Advice(
            "Temporary name another could take first", "Use tempfile.mkstemp().", "CWE-377"
        ),
        "B307": Advice(
            "eval() runs text as code",
            "Use ast.literal_eval() for values, a dict for choices.",
            "CWE-78",
        ),
        "B308": Advice("Text marked as safe for HTML", _ESCAPE, "CWE-79"),
        "B310": Advice(
            "urlopen() also opens files",
            "Check that the address starts with http, or use an HTTP library.",
            "CWE-22",
        ),
        "B311": Advice(
            "Random numbers that can be guessed",
            "For secrets use the secrets module.",
            "CWE-330",
            "low",
        ),
        "B312": Advice("Telnet sends everything in the clear", "Use SSH.", "CWE-319", "high"),
        "B321": Advice(
            "FTP sends everything in the clear", "Use SFTP or HTTPS.", "CWE-319", "high"
        ),
        "B323": Advice("TLS context that verifies nothing", _CERTIFICATE, "CWE-295"),
        "B324": Advice(
            "Weak hash",
            "Use SHA-256 or BLAKE2, or pass usedforsecurity=False where it guards nothing.",
            "CWE-327",
            "high",
        ),
        "B401": Advice("Telnet imported", "Use SSH.", "CWE-319", "high"),
        "B402": Advice("FTP imported", "Use SFTP or HTTPS.", "CWE-319", "high"),
        "B403": Advice("pickle imported", _PICKLE, "CWE-502", "low"),
        "B404": Advice(
            "subprocess imported",
            "Fine with fixed commands; check each call below.",
            "CWE-78",
            "low",
        ),
        "B411": Advice("XML-RPC without protection", _XML, "CWE-20", "high"),
        "B412": Advice(
            "CGI reads the Proxy header as a setting",
            "Serve by WSGI, or drop HTTP_PROXY.",
            "CWE-284",
            "high",
        ),
        "B413": Advice("PyCrypto is unmaintained and broken", _CRYPTO, "CWE-327", "high"),
        "B415": Advice("IPMI sends in the clear", "Use an encrypted interface.", "CWE-319", "high"),
        "B501": Advice("Certificates are not verified", _CERTIFICATE, "CWE-295", "high"),
        "B502": Advice("Old TLS version allowed", _TLS, "CWE-327", "high"),
        "B503": Advice("Old TLS version by default", _TLS, "CWE-327"),
        "B504": Advice("No TLS version asked for", _TLS, "CWE-327", "low"),
        "B505": Advice(
            "Key too short",
            "2048 bits for RSA and DSA, 224 for elliptic curves, at least.",
            "CWE-326",
            "high",
        ),
        "B506": Advice("YAML that can make any object", "Use yaml.safe_load().", "CWE-20"),
        "B507": Advice(
            "SSH host keys are not checked",
            "Load known hosts, and refuse the others.",
            "CWE-295",
            "high",
        ),
        "B508": Advice("SNMP without encryption", "Use SNMPv3.", "CWE-319"),
        "B509": Advice("SNMPv3 without encryption", "Use authPriv.", "CWE-319"),
        "B601": Advice("Command run over SSH from a variable", _SHELL, "CWE-78"),
        "B602": Advice("Shell command with shell=True", _SHELL, "CWE-78", "high"),
        "B603": Advice(
            "Program started with arguments from elsewhere",
            "Check where the arguments come from.",
            "CWE-78",
            "low",
        ),
        "B604": Advice("Function called with shell=True", _SHELL, "CWE-78"),
        "B605": Advice("Command handed to a shell", _SHELL, "CWE-78", "high"),
        "B606": Advice(
            "Program started without a shell",
            "Check where the program's name comes from.",
            "CWE-78",
            "low",
        ),
        "B607": Advice("Program started by a bare name", _PATHS, "CWE-78", "low"),
        "B608": Advice(
            "SQL built from text",
            "Bind the value, or choose the column from a fixed list.",
            "CWE-89",
        ),
        "B609": Advice(
            "Shell wildcard in a command",
            "Expand names with glob, and pass them after --.",
            "CWE-78",
            "high",
        ),
        "B610": Advice(
            "Django extra() with text from elsewhere",
            "Use the query API, or bind with params.",
            "CWE-89",
        ),
        "B611": Advice(
            "Django RawSQL with text from elsewhere",
            "Use the query API, or bind with params.",
            "CWE-89",
        ),
        "B612": Advice(
            "Logging configuration read from a socket", "Load it from a file of yours.", "CWE-94"
        ),
        "B613": Advice(
            "Invisible characters that reorder the text",
            "Remove them: the code is not what it looks like.",
            "CWE-838",
            "high",
        ),
        "B614": Advice(
            "PyTorch file loaded as pickle",
            "Pass weights_only=True, or use safetensors.",
            "CWE-502",
        ),
        "B615": Advice(
            "Model fetched without a fixed revision", "Pass revision= with a commit.", "CWE-494"
        ),
        "B701": Advice(
            "Templates without escaping", "Pass autoescape=select_autoescape().", "CWE-94", "high"
        ),
        "B702": Advice("Mako escapes nothing by default", "Pass default_filters=['h'].", "CWE-79"),
        "B703": Advice("Text marked as safe for HTML", _ESCAPE, "CWE-79"),
        "B704": Advice("Text marked as safe for HTML", _ESCAPE, "CWE-79"),
        **{f"B{number}": _XML_IMPORT for number in range(405, 411)},
        **{
            f"B{number}": Advice("XML parsed without protection", _XML, "CWE-20")
            for number in range(313, 320)
        },
    }
)
