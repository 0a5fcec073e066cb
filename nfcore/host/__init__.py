"""One host's networks: everything that the command line does, for programs."""

from nfcore.host._explain import explain_packet
from nfcore.host._host import Applied, Host
from nfcore.host._migrate import Migration, Side, migrate
from nfcore.host._save import save_text
from nfcore.host._watch import Repair, Watcher
from nfcore.host._work import Outcome

__all__ = [
    "Applied",
    "Host",
    "Migration",
    "Outcome",
    "Repair",
    "Side",
    "Watcher",
    "explain_packet",
    "migrate",
    "save_text",
]
