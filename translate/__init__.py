"""iptables rules, typed: from argv and back, to nft JSON and back. Pure, standard library only."""
