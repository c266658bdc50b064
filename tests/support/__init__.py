"""What tests stand on: builders of one valid thing each, and servers that do as they are told."""
