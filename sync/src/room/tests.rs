mod acks;
mod grants;
mod life;
mod opening;
mod outbox;
mod presence;
mod store;
mod sync;
