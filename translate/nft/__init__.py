"""nft's side: building, reading and walking statements in libnftables' JSON form."""
