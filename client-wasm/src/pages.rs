//! One file a page.

pub mod home;
pub mod map;
pub mod missing;
