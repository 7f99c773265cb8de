"""The commands of `slugline`, a file for each of the things done with it. Heavy rooms load when a command runs."""
