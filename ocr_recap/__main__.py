"""`python -m ocr_recap` is the command line."""

from .cli.cli import main

if __name__ == "__main__":
    main()
