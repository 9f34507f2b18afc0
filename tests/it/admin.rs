//! The admin in the browser, without script: who may see and do what, and what the pages say.

mod affiliates;
mod frame;
mod settings;
mod snippets;
