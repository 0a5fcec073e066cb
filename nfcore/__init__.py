"""nfcore: Docker's bridge firewall, programmed natively and atomically through nf_tables."""
