"""The version, which the package's metadata and its User-Agent share."""

__version__ = "0.1.0"
