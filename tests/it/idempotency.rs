//! Exactly once: however many ask, however often, however late (IDM-1, IDM-3), and who comes too late is not credited
//! (MON-4).

mod races;
mod replays;
mod simultaneous;
mod window;
