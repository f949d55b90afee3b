"""The configs that ship with vid2book, found by name: `vid2book build ... --config NAME`."""
