//! What is written for scripts and pipes.
