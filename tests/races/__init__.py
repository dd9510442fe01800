"""What happens when two come at once, a disk is full, a clock jumps, a machine loses power, a plan grows old."""
