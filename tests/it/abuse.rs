//! What people try: redirects to elsewhere (ABU-1), tokens of their own making (ABU-3), input beyond every
//! measure (INP-2), and more than their share (ABU-6).

mod floods;
mod forged_tokens;
mod garbage;
mod limits;
mod redirects;
mod twice;
