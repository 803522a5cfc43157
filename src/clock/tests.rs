//! Clocks over trails.
