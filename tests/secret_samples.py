"""Keys that look real, put together here so that no scanner takes the repository for leaky."""

from __future__ import annotations

import base64
import json
import random
import string

_DICE = random.Random(10)
_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_UPPER = string.ascii_uppercase + string.digits
_WORD = _ALNUM + "_-"


def _some(count: int, letters: str = _ALNUM) -> str:
    """Random letters with a digit among them, as keys have, and none at either end."""
    return (
        _DICE.choice(letters.strip("-_"))
        + "7"
        + "".join(_DICE.choice(letters) for _ in range(count - 3))
        + _DICE.choice(letters.strip("-_"))
    )


def _jwt() -> str:
    parts = [json.dumps({"alg": "HS256", "n": _some(8)}), json.dumps({"sub": _some(20)})]
    coded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, _some(43, _WORD)])


def _pem(kind: str, end: str = "\n") -> str:
    lines = [_some(64, _ALNUM + "+/") for _ in range(4)] + [_some(21) + "=="]
    head, tail = f"-----BEGIN {kind}-----", f"-----END {kind}-----"
    return end.join([head, *lines, tail])


SAMPLES: dict[str, str] = {
    "Anthropic": "sk-" + "ant-api03-" + _some(93, _WORD) + "AA",
    "Anthropic admin": "sk-" + "ant-admin01-" + _some(40, _WORD),
    "OpenAI": "sk-" + _some(48),
    "OpenAI project": "sk-" + "proj-" + _some(100, _WORD),
    "OpenAI service": "sk-" + "svcacct-" + _some(60, _WORD),
    "OpenAI session": "sess" + "-" + _some(40),
    "OpenRouter": "sk-" + "or-v1-" + _some(64, _HEX),
    "Azure OpenAI": _some(52) + "JQQJ" + "99" + _some(26),
    "Azure client secret": _some(3) + "8Q" + "~" + _some(34),
    "Azure storage": "AccountKey" + "=" + _some(86) + "==",
    "AWS key id": "AK" + "IA" + _some(16, _UPPER),
    "AWS temporary": "AS" + "IA" + _some(16, _UPPER),
    "AWS Bedrock": "AB" + "SK" + _some(100) + "=",
    "Google": "AI" + "za" + _some(35, _WORD),
    "Google access": "ya" + "29." + _some(60, _WORD),
    "Google refresh": "1/" + "/0" + _some(60, _WORD),
    "Google client": "GOC" + "SPX-" + _some(28, _WORD),
    "GitHub": "gh" + "p_" + _some(36),
    "GitHub OAuth": "gh" + "o_" + _some(36),
    "GitHub server": "gh" + "s_" + _some(36),
    "GitHub fine-grained": "github_" + "pat_" + _some(22) + "_" + _some(59),
    "GitLab": "gl" + "pat-" + _some(20, _WORD),
    "Slack bot": "xo" + "xb-" + _some(11, string.digits) + "-" + _some(24),
    "Slack user": "xo" + "xp-" + _some(11, string.digits) + "-" + _some(32),
    "Slack app": "xa" + "pp-1-" + _some(40),
    "Hugging Face": "h" + "f_" + _some(34),
    "Stripe": "sk_" + "live_" + _some(24),
    "Stripe restricted": "rk_" + "live_" + _some(24),
    "Stripe test": "sk_" + "test_" + _some(24),
    "npm": "np" + "m_" + _some(36),
    "PyPI": "py" + "pi-" + _some(120, _WORD),
    "Groq": "gs" + "k_" + _some(52),
    "xAI": "xa" + "i-" + _some(80),
    "Perplexity": "pp" + "lx-" + _some(48),
    "Replicate": "r" + "8_" + _some(37),
    "Databricks": "da" + "pi" + _some(32, _HEX),
    "SendGrid": "S" + "G." + _some(22, _WORD) + "." + _some(43, _WORD),
    "Twilio": "S" + "K" + _some(32, _HEX),
    "Twilio account": "A" + "C" + _some(32, _HEX),
    "Telegram": _some(10, string.digits) + ":" + _some(35, _WORD),
    "Discord": "M" + _some(25) + "." + _some(6) + "." + _some(38, _WORD),
    "Vault": "hv" + "s." + _some(90, _WORD),
    "Fly": "fo" + "1_" + _some(43, _WORD),
    "Fly macaroon": "fm" + "2_" + _some(120),
    "Vercel": "vc" + "p_" + _some(56),
    "Cloudflare": "cf" + "ut_" + _some(48),
    "DigitalOcean": "do" + "p_v1_" + _some(64, _HEX),
    "Docker": "dc" + "kr_pat_" + _some(27, _WORD),
    "Notion": "nt" + "n_" + _some(46),
    "Linear": "lin" + "_api_" + _some(40),
    "Shopify": "shp" + "at_" + _some(32, _HEX),
    "Tavily": "tv" + "ly-dev-" + _some(32),
    "NVIDIA": "nv" + "api-" + _some(64, _WORD),
    "LangSmith": "lsv" + "2_pt_" + _some(32, _HEX) + "_" + _some(10, _HEX),
    "JWT": _jwt(),
    "RSA key": _pem("RSA PRI" + "VATE KEY"),
    "OpenSSH key": _pem("OPENSSH PRI" + "VATE KEY"),
    "private key on a line": _pem("PRI" + "VATE KEY", "\\n"),
}
"""Secrets that are known by their format."""


def pieces(secret: str) -> list[str]:
    """What of a secret must be nowhere: every stretch of 12 letters of what is secret in it."""
    body = secret.replace("\\n", "\n")
    lines = [line for line in body.split("\n") if "-----" not in line and len(line) > 12]
    lines = [line.partition("=")[2] if line.startswith("AccountKey") else line for line in lines]
    return [line[at : at + 12] for line in lines for at in range(0, len(line) - 11, 4)]
