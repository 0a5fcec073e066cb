"""One host's networks: everything that the command line does, for programs."""

from nfcore.host._host import Applied, Host
from nfcore.host._save import save_text
from nfcore.host._watch import Repair, Watcher

__all__ = ["Applied", "Host", "Repair", "Watcher", "save_text"]
