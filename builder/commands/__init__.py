"""The commands of the builder, each a shell around one function."""
