"""The trace viewer of Pydron, and its diagrams in other formats."""
