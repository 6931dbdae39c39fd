//! Small parts that several pages share: popovers, people, texts edited in place.

pub mod carets;
pub mod field;
pub mod filters;
pub mod find;
pub mod follow;
pub mod heads;
pub mod people;
pub mod popover;
pub mod profile_form;
