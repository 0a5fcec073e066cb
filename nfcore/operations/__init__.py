"""The typed operations of a transaction, and the typed picture of a ruleset.

Nothing here is JSON: the libnftables executors alone turn operations into JSON, so that another
executor (iptables-legacy, raw netlink, the in-memory fake) can carry out the same ones.
"""

from nfcore.operations._chains import (
    AddChain,
    AddTable,
    DeleteChain,
    DeleteTable,
    FlushChain,
    SetPolicy,
)
from nfcore.operations._operation import (
    Operation,
    count_of,
    each_element,
    table_of,
)
from nfcore.operations._places import (
    BASE_CHAINS,
    TABLES,
    BaseChain,
    ChainRef,
    ChainType,
    Hook,
    Policy,
    TableRef,
    base_chain_of,
)
from nfcore.operations._rules import (
    AddRule,
    DeleteRule,
    NativeRule,
)
from nfcore.operations._sets import (
    BARE,
    AddElements,
    AddSet,
    DeleteElements,
    DeleteSet,
    ElementKey,
    ElementValue,
    KeyType,
    SetElement,
    SetRef,
    SetType,
)
from nfcore.operations._snapshot import (
    ChainState,
    KernelRule,
    SetState,
    Snapshot,
    TableState,
)

__all__ = [
    "BARE",
    "BASE_CHAINS",
    "TABLES",
    "AddChain",
    "AddElements",
    "AddRule",
    "AddSet",
    "AddTable",
    "BaseChain",
    "ChainRef",
    "ChainState",
    "ChainType",
    "DeleteChain",
    "DeleteElements",
    "DeleteRule",
    "DeleteSet",
    "DeleteTable",
    "ElementKey",
    "ElementValue",
    "FlushChain",
    "Hook",
    "KernelRule",
    "KeyType",
    "NativeRule",
    "Operation",
    "Policy",
    "SetElement",
    "SetPolicy",
    "SetRef",
    "SetState",
    "SetType",
    "Snapshot",
    "TableRef",
    "TableState",
    "base_chain_of",
    "count_of",
    "each_element",
    "table_of",
]
