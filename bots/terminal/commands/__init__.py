"""The commands, a module each; `citewise tune` has a folder of its own."""
