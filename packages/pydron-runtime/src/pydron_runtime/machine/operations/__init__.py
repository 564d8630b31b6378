"""The operations of emitted code, one module per kind."""
