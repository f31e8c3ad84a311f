"""The product's shared memory under a scheduler that tries its interleavings: `torture/interleavings`."""

from torture.kit import rust

if __name__ == "__main__":
    rust.become("callboard-rig-interleavings", "callboard-rig-interleavings", fast_when_long=False)
