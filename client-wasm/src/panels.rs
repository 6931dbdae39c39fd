//! Small parts that several pages share: popovers, people, texts edited in place.

pub mod field;
pub mod people;
pub mod popover;
pub mod profile_form;
