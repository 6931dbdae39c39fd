//! People, as the server knows them: how they come in, what they may do, how they go.

mod comments;
mod entry;
mod erasing;
mod live;
mod matrix;
mod oidc;
mod rights;
