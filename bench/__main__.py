"""``python -m bench``."""

if __name__ == "__main__":  # the peers' processes import this too: they need no part of it
    from bench.cli import main

    main()
