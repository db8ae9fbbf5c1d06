"""`python -m mgassay` is the same as `mgassay`."""

from mgassay.cli import main

if __name__ == "__main__":
    main()
