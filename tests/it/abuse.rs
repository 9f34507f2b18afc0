//! What people try: redirects to elsewhere (ABU-1), tokens of their own making (ABU-3), and input beyond every measure
//! (INP-2).

mod forged_tokens;
mod garbage;
mod limits;
mod redirects;
mod twice;
