"""Which providers there are, and whether a server is on this machine or its private network. Imports none."""

import ipaddress
import socket
from importlib.util import find_spec
from urllib.parse import urlsplit

# Where a provider is reached when no address is given: only one of them is ours.
LOCAL_BY_DEFAULT = {"ollama": "http://127.0.0.1:11434"}
_SHARED = ipaddress.ip_network("100.64.0.0/10")  # between carriers: nobody's own network


PACKAGES = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}


def lacks(model: str) -> str:
    """What is wrong with `provider:name`; empty where it can be asked."""
    provider, _, name = model.partition(":")
    if provider not in PACKAGES or not name:
        return f"off, or one of {', '.join(f'{each}:NAME' for each in PACKAGES)}"
    if find_spec(PACKAGES[provider]) is None:
        return f"{provider} needs a package that is not installed: pip install -r requirements-llm.txt"
    return ""


def address_of(model: str, base_url: str | None) -> str | None:
    """The server that will be asked; None where the provider's own cloud is meant."""
    return base_url or LOCAL_BY_DEFAULT.get(model.partition(":")[0])


def stays_here(address: str | None) -> bool:
    """Whether every address the host has is loopback or private. What cannot be resolved leaves."""
    if address is None:
        return False
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return False
    return bool(found) and all(_private(str(each[4][0])) for each in found)


def _private(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return (ip.is_loopback or ip.is_private) and ip not in _SHARED and not ip.is_unspecified
