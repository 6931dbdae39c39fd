//! Messages of a connection.

use bytes::Bytes;
use waymark_sync::wire::{self, Dialect};
use waymark_sync::{Address, Limits};

use crate::stage::document;

/// What is a frame can be written again, and read again as the same frame.
pub(crate) fn run(bytes: &[u8]) {
    let message = Bytes::copy_from_slice(bytes);
    drop(wire::connection_frame(&message));
    let peeked = wire::peek_address(&message);
    if let Ok(address) = &peeked {
        let name = wire::peek_document(&message).expect("an address has a document");
        assert_eq!(name, address.document().as_str());
        assert!(address.as_str().len() <= bytes.len());
    }
    for limits in [
        Limits::default(),
        Limits::for_tests(),
        Limits::for_replica(),
    ] {
        let plain = Address::of(&document());
        both(&message, Dialect::YWebsocket, &plain, &limits);
        // Under its own name too, so that not every input needs to know ours.
        let address = peeked.as_ref().unwrap_or(&plain);
        both(&message, Dialect::Hocuspocus, address, &limits);
        let named = [&[6], document().as_str().as_bytes(), bytes].concat();
        both(&named.into(), Dialect::Hocuspocus, &plain, &limits);
    }
}

fn both(message: &Bytes, dialect: Dialect, address: &Address, limits: &Limits) {
    let Ok(frame) = wire::decode(dialect, address.document(), message, limits) else {
        return;
    };
    let Some(written) = wire::encode_to(dialect, address, &frame) else {
        return;
    };
    let again = wire::decode(dialect, address.document(), &written, limits);
    assert_eq!(again.as_ref(), Ok(&frame));
}
