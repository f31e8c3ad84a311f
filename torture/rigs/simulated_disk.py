"""The real store and event log on a simulated disk: `torture/disk`."""

from torture.kit import rust

if __name__ == "__main__":
    rust.become("callboard-rig-disk", "callboard-rig-disk")
