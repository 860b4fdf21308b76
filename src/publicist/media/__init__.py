"""What a file really is: signatures, containers and decoders; nothing here believes a name or a declared type."""
