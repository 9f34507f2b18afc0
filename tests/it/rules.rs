//! What campaigns pay, and whom codes and customers are credited to: saved, ended, raced for.

mod coupons;
mod saving;
