//! What people look for in a program's lists, and what they change there.

mod affiliates;
mod attempts;
mod conversions;
mod links;
