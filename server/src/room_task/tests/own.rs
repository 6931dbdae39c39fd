//! What the server itself writes.

use super::*;

#[tokio::test(start_paused = true)]
async fn what_the_server_writes_is_stored_when_it_is_told_so_and_needs_nobody_there() {
    let rooms = rooms().await;
    assert!(rooms.write(&document(), update("second"), "p_ana").await);
    assert_eq!(stored_keys(&rooms).await, ["first", "second"]);
    // The same again changes nothing and is as durable.
    assert!(rooms.write(&document(), update("third"), "p_ana").await);
    let nobody = DocumentId::parse("map/missing").unwrap();
    assert!(!rooms.write(&nobody, update("second"), "p_ana").await);
}

#[tokio::test(start_paused = true)]
async fn a_write_waits_for_the_store_and_a_panic_leaves_it_unknown() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    rooms.store().hold_appends(true);
    let writing = {
        let rooms = rooms.clone();
        tokio::spawn(async move { rooms.write(&document(), update("second"), "p_ana").await })
    };
    rooms.store().held().await;
    assert!(!writing.is_finished());
    ana.mailbox.send(Message::Panic).await.unwrap();
    rooms.store().hold_appends(false);
    // It was stored all the same: whoever wrote it must look, and not assume.
    assert!(!writing.await.unwrap());
    let mut ben = Visitor::join(&rooms).await;
    ben.synced().await;
    assert_eq!(stored_keys(&rooms).await, ["first", "second"]);
    assert!(rooms.write(&document(), update("third"), "p_ana").await);
}
