//! What admins do to campaigns below the pages: listing, changing, copying, archiving, images.

mod changing;
mod copies;
mod list;
mod media;
