"""What all sandbox servers share: scheduled faults, the administration routes and the process runner."""
