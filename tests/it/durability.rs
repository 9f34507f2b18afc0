//! What was acknowledged is there, whatever befalls the process, its database or the machine (DUR-1, DUR-2, DUR-3).

mod kills;
mod syncs;
