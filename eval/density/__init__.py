"""What the measures of knowledge density read in a text, and the passages they are validated on."""
