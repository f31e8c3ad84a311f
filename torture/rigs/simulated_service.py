"""Two instances of the real service, their clients, a media server and time on one thread: `torture/service`."""

from torture.kit import rust

if __name__ == "__main__":
    rust.become("callboard-rig-service", "rig-service")
