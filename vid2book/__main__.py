"""`python -m vid2book` is the command `vid2book`."""

from .cli import main

if __name__ == "__main__":
    main()
