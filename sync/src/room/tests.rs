mod acks;
mod grants;
mod life;
mod outbox;
mod presence;
mod store;
mod sync;
