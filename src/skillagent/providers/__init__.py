"""Adapters to models, one module each; SDKs are imported only inside their own adapter.

Above: `agent`, which drives them. Below: `messages`; the offline navigator also uses the
words of `index`.
"""

from skillagent.providers.base import Provider
from skillagent.providers.offline import OfflineProvider

__all__ = ["OfflineProvider", "Provider"]
