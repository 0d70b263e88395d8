"""Rules of inspection without Django: plain values in, plain values out; called by the services."""
