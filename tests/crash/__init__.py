"""The process is killed at every step of input and output; nothing is lost, nothing is there twice."""
