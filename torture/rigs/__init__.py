"""One module a rig; rigs.toml lists them."""
