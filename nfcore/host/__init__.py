"""One host's networks: everything that the command line does, for programs."""

from nfcore.host._host import Applied, Host
from nfcore.host._migrate import Migration, Side, migrate
from nfcore.host._save import save_text
from nfcore.host._survey import Survey, survey
from nfcore.host._watch import Repair, Watcher
from nfcore.host._work import Outcome

__all__ = [
    "Applied",
    "Host",
    "Migration",
    "Outcome",
    "Repair",
    "Side",
    "Survey",
    "Watcher",
    "migrate",
    "save_text",
    "survey",
]
