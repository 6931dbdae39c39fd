//! Small parts that several pages share: popovers, people, texts edited in place.

pub mod carets;
pub mod field;
pub mod filters;
pub mod find;
pub mod follow;
pub mod form;
pub mod heads;
pub mod inbox;
pub mod log;
pub mod own_menu;
pub mod people;
pub mod popover;
pub mod preview;
pub mod profile_form;
pub mod refused;
pub mod roles;
pub mod share;
pub mod talk;
pub mod top;
pub mod webhooks;
