r"""Files in the format of iptables-save: read, carried out on paper, and written again.

>>> from translate.files import read_save, settle_save, write_save
>>> file = read_save("*filter\n:INPUT DROP [0:0]\n-I INPUT -p tcp --syn -j ACCEPT\nCOMMIT\n")
>>> print(write_save(settle_save(file)), end="")
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT
COMMIT
"""

from translate.files.lines import ChainLine, CommandLine, SaveFile, TableLines
from translate.files.naming import errors_name
from translate.files.nft import dump_to_nft_commands
from translate.files.read import read_save
from translate.files.settle import settle_save, settle_table
from translate.files.tables import ChainDump, SavedRule, TableDump
from translate.files.write import write_save

__all__ = [
    "ChainDump",
    "ChainLine",
    "CommandLine",
    "SaveFile",
    "SavedRule",
    "TableDump",
    "TableLines",
    "dump_to_nft_commands",
    "errors_name",
    "read_save",
    "settle_save",
    "settle_table",
    "write_save",
]
