//! One file a page.

pub mod account;
pub mod entry;
pub mod home;
pub mod map;
pub mod missing;
pub mod people;
pub mod unsubscribe;
