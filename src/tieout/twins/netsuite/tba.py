"""Token-based authentication: OAuth 1.0a, HMAC-SHA256 (2.2)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote

from tieout.twins.netsuite.call import Call
from tieout.twins.netsuite.errors import no_login
from tieout.twins.netsuite.settings import Settings
from tieout.twins.wire import Clock

NEEDED = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature_method")
_PAIR = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*(?:,|$)')
_NONCE = re.compile(r"\w{6,64}")


class Tba:
    """One consumer and one token, as the settings say. A nonce is good once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._nonces: dict[str, float] = {}

    def check(self, call: Call, authorization: str) -> None:
        """Refuses a call that is not signed as it must be."""
        given = {name: unquote(value) for name, value in _PAIR.findall(authorization.partition(" ")[2])}
        settings = self._settings
        ours = {"realm": settings.account, "oauth_consumer_key": settings.consumer_key}
        ours |= {"oauth_token": settings.token_id, "oauth_signature_method": "HMAC-SHA256"}
        good = all(given.get(name) for name in NEEDED) and all(given.get(name) == own for name, own in ours.items())
        if not good or given.get("oauth_version", "1.0") != "1.0" or not self._is_signed(call, given):
            raise no_login()
        self._check_moment(given["oauth_nonce"], given["oauth_timestamp"])

    def _is_signed(self, call: Call, given: Mapping[str, str]) -> bool:
        """Whether the signature is that of this address, which a caller may know as http or https."""
        plain = call.url.partition("://")[2]
        secrets = (self._settings.consumer_secret, self._settings.token_secret)
        signed = [sign(call.method, f"{scheme}://{plain}", call.query, given, secrets) for scheme in ("https", "http")]
        return any(hmac.compare_digest(one, given.get("oauth_signature", "")) for one in signed)

    def _check_moment(self, nonce: str, timestamp: str) -> None:
        now, skew = self._clock().timestamp(), self._settings.clock_skew_s
        if not timestamp.isdigit() or abs(int(timestamp) - now) > skew or not _NONCE.fullmatch(nonce):
            raise no_login()
        if len(self._nonces) > 10_000:
            self._nonces = {one: at for one, at in self._nonces.items() if at > now - 2 * skew}
        if nonce in self._nonces:
            raise no_login()
        self._nonces[nonce] = now


def sign(method: str, url: str, query: str, given: Mapping[str, str], secrets: tuple[str, str]) -> str:
    """The signature of a call: `url` is without its query, `given` what the header says, in plain text (RFC 5849).

    Every `oauth_` member of the header counts but the signature: clients may add some, such as `oauth_body_hash`.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    pairs += [(name, value) for name, value in given.items() if name not in ("realm", "oauth_signature")]
    coded = sorted((_coded(name), _coded(value)) for name, value in pairs)
    text = "&".join(f"{name}={value}" for name, value in coded)
    base = "&".join((method.upper(), _coded(url), _coded(text)))
    key = "&".join(_coded(secret) for secret in secrets)
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def _coded(text: str) -> str:
    return quote(text, safe="~")
