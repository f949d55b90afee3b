"""The commands of the builder, each a thin layer around one function."""
