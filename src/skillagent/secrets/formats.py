"""Recognises secrets by their format: one row for each kind of secret of an issuer.

Sources: the issuers' documentation, and the published patterns of GitHub's secret scanning and of
gitleaks.

Above: `scrubber`. Below: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """The format of one issuer's secrets."""

    issuer: str
    mark: str
    """Text that each of them contains; searching it first is fast."""
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = bool
    """Distinguishes a secret from other text that matches the pattern."""
    hint: re.Pattern[str] | None = None
    """A part of each of them that begins with a literal, where the mark is in most texts.

    `re` finds a literal much faster than a pattern that begins with a condition.
    """


# No letter or digit may precede, except as the end of an escape: `\n` in JSON, `%3D` in a URL.
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
# The same for formats that must not begin inside a longer run, which would take quadratic time.
_ALONE = r"(?:(?<![A-Za-z0-9_.-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_W = "[A-Za-z0-9_-]"
_A = "[A-Za-z0-9]"
# What follows must not become the start of another secret when this one is removed.
_END = "(?:(?<==)|(?![A-Za-z0-9]))"


def has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _starts(issuer: str, mark: str, rest: str, check: Callable[[str], bool] = bool) -> Format:
    """Secrets that begin with a mark of their issuer."""
    return Format(issuer, mark, re.compile(_START + re.escape(mark) + rest + _END), check)


def _holds(
    issuer: str,
    mark: str,
    pattern: str,
    check: Callable[[str], bool] = bool,
    hint: str = "",
) -> Format:
    return Format(
        issuer, mark, re.compile(pattern + _END), check, re.compile(hint) if hint else None
    )


_BREAK = r"(?:\s|\\{1,4}[nr])*+"
_PEM_BODY = rf"(?:{_BREAK}[A-Za-z0-9+/]{{16,}}+={{0,2}}+)++(?:{_BREAK}[A-Za-z0-9+/=]{{1,15}}+)?"
_PEM_FIELD = rf"(?:{_BREAK}(?:Proc-Type|DEK-Info|Version|Comment): [A-Za-z0-9,. -]{{1,80}}+)*+"

FORMATS: tuple[Format, ...] = (
    # Models.
    _starts("Anthropic, OpenAI, OpenRouter, DeepSeek", "sk-", _W + "{16,}+", has_digit),
    _starts("OpenAI session", "sess-", _A + "{32,}+"),
    _starts("Google", "AIza", _W + "{35,}+"),
    _starts("Google AI", "AQ.Ab", _W + "{30,}+"),
    _starts("Google access token", "ya29.", r"[A-Za-z0-9_.-]{20,}+"),
    _starts("Google refresh token", "1//0", _W + "{40,}+"),
    _starts("Google OAuth client", "GOCSPX-", _W + "{20,}+"),
    _starts("Hugging Face", "hf_", _A + "{30,}+"),
    _starts("Groq", "gsk_", _A + "{40,}+"),
    _starts("xAI", "xai-", _A + "{60,}+"),
    _starts("Perplexity", "pplx-", _A + "{40,}+"),
    _starts("Replicate", "r8_", _A + "{30,}+"),
    _starts("Cerebras", "csk-", _A + "{40,}+"),
    _starts("Fireworks", "fw_", _A + "{20,}+", has_digit),
    _starts("NVIDIA", "nvapi-", _W + "{40,}+"),
    _starts("Tavily", "tvly-", _W + "{20,}+", has_digit),
    _starts("Jina", "jina_", _W + "{40,}+", has_digit),
    _starts("Voyage", "pa-", _W + "{40,}+", has_digit),
    _starts("Pinecone", "pcsk_", r"[A-Za-z0-9_]{40,}+"),
    _starts("LangSmith", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}+_[0-9a-f]{10}+"),
    # Clouds.
    _starts("AWS key", "AKIA", "[A-Z0-9]{16}"),
    _starts("AWS temporary key", "ASIA", "[A-Z0-9]{16}"),
    _starts("AWS Bedrock", "ABSK", r"[A-Za-z0-9+/]{60,}+={0,2}+"),
    _holds("Azure OpenAI", "JQQJ99", rf"{_START}{_A}{{52}}JQQJ99{_A}{{26}}"),
    _holds(
        "Azure client secret", "Q~", _START + r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}+"
    ),
    _starts("Azure storage", "AccountKey=", r"[A-Za-z0-9+/]{40,}+={0,2}+"),
    _starts("Databricks", "dapi", "[0-9a-f]{32}+(?:-[0-9])?"),
    _starts("DigitalOcean access", "dop_v1_", "[0-9a-f]{64}+"),
    _starts("DigitalOcean OAuth", "doo_v1_", "[0-9a-f]{64}+"),
    _starts("DigitalOcean refresh", "dor_v1_", "[0-9a-f]{64}+"),
    _starts("Cloudflare key", "cfk_", _A + "{30,}+"),
    _starts("Cloudflare user token", "cfut_", _A + "{30,}+"),
    _starts("Cloudflare account token", "cfat_", _A + "{30,}+"),
    _starts("Cloudflare origin", "v1.0-", "[0-9a-f]{24}-[0-9a-f]{100,}+"),
    _holds("Vercel", "vc", _START + r"vc[acikpr]_[A-Za-z0-9]{24,}+"),
    _starts("Fly", "fo1_", _W + "{40,}+"),
    _holds("Fly macaroon", "fm", _START + r"fm[12][ar]?_[A-Za-z0-9+/=_-]{40,}+"),
    _holds("Vault", "hv", _START + r"hv[bsr]\.[A-Za-z0-9_-]{24,}+"),
    _holds("Terraform", ".atlasv1.", _ALONE + r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}+"),
    _starts("Pulumi", "pul-", "[0-9a-f]{40}+"),
    _starts("Supabase", "sbp_", "[0-9a-f]{40}+"),
    # Code, packages and messages.
    _holds("GitHub", "gh", _START + r"gh[opusr]_[A-Za-z0-9]{36,}+", hint="gh[opusr]_"),
    _starts("GitHub fine-grained", "github_pat_", r"[A-Za-z0-9_]{22,}+"),
    _holds(
        "GitLab",
        "gl",
        _START + r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|oas|soat)-[A-Za-z0-9_.-]{20,}+",
        hint="gl[a-z]{2,4}-",
    ),
    _starts("npm", "npm_", _A + "{36,}+"),
    _starts("PyPI", "pypi-", _W + "{50,}+"),
    _starts("Docker", "dckr_pat_", _W + "{20,}+"),
    _starts("RubyGems", "rubygems_", "[0-9a-f]{48}+"),
    _holds("Slack", "xox", _START + r"xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}+", has_digit),
    _starts("Slack app", "xapp-", r"[0-9]-[A-Za-z0-9-]{20,}+"),
    _holds("Slack webhook", "hooks.slack.com/services/", r"(?<=\.com/services/)T[\w/]{20,}+"),
    _holds(
        "Discord bot",
        ".",
        _ALONE + rf"[MNO]{_W}{{23,27}}\.{_W}{{6}}\.{_W}{{27,40}}+",
        has_digit,
        rf"\.{_W}{{6}}\.{_W}{{27}}",
    ),
    _holds("Discord webhook", "/api/webhooks/", rf"(?<=/api/webhooks/)[0-9]{{10,20}}/{_W}{{40,}}+"),
    _holds(
        "Telegram bot",
        ":",
        rf"(?<![0-9])[0-9]{{8,10}}:{_W}{{35}}(?!{_W})",
        hint=rf":{_W}{{35}}",
    ),
    _holds("Twilio account", "AC", _START + "AC[0-9a-f]{32}"),
    _holds("Twilio key", "SK", _START + "SK[0-9a-f]{32}"),
    _starts("SendGrid", "SG.", rf"{_W}{{16,}}+\.{_W}{{16,}}+"),
    _starts("Mailgun", "key-", "[0-9a-f]{32}"),
    _holds("Mailchimp", "-us", _START + "[0-9a-f]{32}-us[0-9]{1,2}"),
    # Payment, records, work.
    _holds("Stripe", "_live_", _START + r"[sr]k_live_[A-Za-z0-9]{16,}+"),
    _holds("Stripe test", "_test_", _START + r"[sr]k_test_[A-Za-z0-9]{16,}+"),
    _starts("Stripe webhook", "whsec_", r"[A-Za-z0-9+/=]{24,}+"),
    _starts("Square", "sq0", r"(?:atp|csp)-[A-Za-z0-9_-]{22,}+"),
    _holds("Shopify", "shp", _START + "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _starts("Notion", "ntn_", _A + "{40,}+"),
    _starts("Notion, of old", "secret_", _A + "{40,}+"),
    _starts("Linear", "lin_api_", _A + "{32,}+"),
    _holds("Airtable", "pat", _START + r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _starts("Atlassian", "ATATT3", r"[A-Za-z0-9_=-]{40,}+"),
    _starts("Figma", "figd_", _W + "{40,}+"),
    _starts("Grafana", "glsa_", "[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    _starts("Sentry", "sntrys_", r"[A-Za-z0-9_=+/-]{40,}+"),
    _starts("New Relic", "NRAK-", "[A-Z0-9]{27}"),
    _starts("Postman", "PMAK-", "[0-9a-f]{24}-[0-9a-f]{34}"),
    # Formats of their own.
    _starts("age", "AGE-SECRET-KEY-1", "[0-9A-Z]{58}"),
    _holds("JWT", "eyJ", rf"{_ALONE}eyJ{_W}{{8,}}+\.{_W}{{8,}}+(?:\.{_W}*+){{0,3}}+"),
    _holds(
        "private key",
        "PRIVATE KEY",
        r"(?<=-----BEGIN )(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        + _PEM_FIELD
        + _PEM_BODY
        + rf"(?:{_BREAK}-----END [A-Z0-9 ]{{1,40}}+-----)?",
    ),
)


def of_formats(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every secret of a known format in a text."""
    for form in FORMATS:
        if form.mark in text and (form.hint is None or form.hint.search(text)):
            for match in form.pattern.finditer(text):
                if form.check(match[0]):
                    yield match.span()
