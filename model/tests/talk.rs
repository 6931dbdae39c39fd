//! Comments: who may do what, what is written, and what becomes of it.
#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use proptest::prelude::*;
use waymark_model::edit::Target;
use waymark_model::ids::*;
use waymark_model::interchange::MapFile;
use waymark_model::schema::new_doc;
use waymark_model::talk::{
    self, Anchor, Caller, Day, May, Order, Place, Places, Reaction, Talk, TalkCommand, TalkError,
    Whereabouts, Why, limits,
};
use waymark_model::{Edit, JourneyMap, apply, templates};
use yrs::{Doc, ReadTxn, StateVector, Transact};

const NOON: u64 = 1_800_000_000_000;

/// A talk as the server keeps it: a document, and who may see the map.
struct Table {
    doc: Doc,
    orders: u32,
}

impl Table {
    fn new() -> Self {
        let doc = new_doc(1);
        talk::begin(&mut doc.transact_mut());
        Self { doc, orders: 0 }
    }

    fn read(&self) -> Talk {
        Talk::read(&self.doc.transact())
    }

    fn bytes(&self) -> Vec<u8> {
        let txn = self.doc.transact();
        txn.encode_state_as_update_v1(&StateVector::default())
    }

    fn order(&mut self, command: TalkCommand) -> Order {
        self.orders += 1;
        Order {
            id: OrderId::parse(&format!("o{}", self.orders)).unwrap(),
            written_at: None,
            command,
        }
    }

    fn give(&mut self, by: &str, command: TalkCommand) -> Result<Order, TalkError> {
        let order = self.order(command);
        self.send(
            by,
            May::Comment,
            &order,
            NOON + u64::from(self.orders) * 1000,
        )?;
        Ok(order)
    }

    fn send(&mut self, by: &str, may: May, order: &Order, now: u64) -> Result<(), TalkError> {
        let mut talk = self.read();
        let caller = Caller {
            person: &person(by),
            may,
            knows: &|person| ["ana", "ben", "cleo"].contains(&person.as_str()),
        };
        order.check(&talk, &caller)?;
        talk::apply(
            &mut self.doc.transact_mut(),
            &mut talk,
            order,
            caller.person,
            now,
        );
        assert_eq!(talk, self.read(), "what is written is what was played");
        Ok(())
    }
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn start(n: u8, text: &str) -> TalkCommand {
    TalkCommand::Start {
        thread: thread(n),
        message: message(n, 0),
        anchor: Anchor {
            place: Place::Map {},
            path: Vec::new(),
            words: "The map".to_owned(),
        },
        text: text.to_owned(),
    }
}

fn reply(n: u8, m: u8, text: &str) -> TalkCommand {
    TalkCommand::Reply {
        thread: thread(n),
        message: message(n, m),
        text: text.to_owned(),
    }
}

fn thread(n: u8) -> ThreadId {
    ThreadId::parse(&format!("t{n}")).unwrap()
}

fn message(n: u8, m: u8) -> MessageId {
    MessageId::parse(&format!("m{n}-{m}")).unwrap()
}

#[test]
fn a_thread_is_begun_answered_resolved_and_reopened() {
    let mut table = Table::new();
    table.give("ana", start(1, " Is this **true**? ")).unwrap();
    table.give("ben", reply(1, 1, "Yes.")).unwrap();
    let resolve = TalkCommand::Resolve { thread: thread(1) };
    table.give("ben", resolve).unwrap();
    let talk = table.read();
    let found = talk.thread(&thread(1)).unwrap();
    assert_eq!(found.begun.by, person("ana"));
    let said: Vec<_> = found.messages.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(said, ["Is this **true**?", "Yes."]);
    assert_eq!(found.resolved.as_ref().unwrap().by, person("ben"));
    let reopen = TalkCommand::Reopen { thread: thread(1) };
    table.give("ana", reopen).unwrap();
    assert!(table.read().thread(&thread(1)).unwrap().is_open());
}

#[test]
fn a_viewer_may_not_say_a_word() {
    let mut table = Table::new();
    let before = table.bytes();
    let order = table.order(start(1, "Hello"));
    assert_eq!(
        table.send("ana", May::Read, &order, NOON),
        Err(TalkError::Role)
    );
    assert_eq!(table.bytes(), before);
}

#[test]
fn nobody_changes_what_somebody_else_said() {
    let mut table = Table::new();
    table.give("ana", start(1, "Mine")).unwrap();
    let before = table.bytes();
    let edit = TalkCommand::Edit {
        message: message(1, 0),
        text: "Yours".to_owned(),
    };
    let delete = TalkCommand::Delete {
        message: message(1, 0),
    };
    assert_eq!(table.give("ben", edit), Err(TalkError::NotYours));
    assert_eq!(table.give("ben", delete), Err(TalkError::NotYours));
    // Nor by saying something else under its id.
    assert_eq!(table.give("ben", start(1, "Yours")), Err(TalkError::Taken));
    table.give("ben", start(2, "Another")).unwrap();
    let stolen = TalkCommand::Reply {
        thread: thread(2),
        message: message(1, 0),
        text: "Yours".to_owned(),
    };
    assert_eq!(table.give("ben", stolen), Err(TalkError::Taken));
    assert_ne!(table.bytes(), before);
    assert_eq!(table.read().message(&message(1, 0)).unwrap().1.text, "Mine");
}

#[test]
fn a_command_that_arrives_again_is_not_done_again() {
    let mut table = Table::new();
    table.give("ana", start(1, "One")).unwrap();
    let edit = |text: &str| TalkCommand::Edit {
        message: message(1, 0),
        text: text.to_owned(),
    };
    let first = table.give("ana", edit("Two")).unwrap();
    table.give("ana", edit("Three")).unwrap();
    let before = table.bytes();
    table.send("ana", May::Comment, &first, NOON * 2).unwrap();
    assert_eq!(table.bytes(), before);
    assert_eq!(first.notices(&table.read(), &person("ana")), []);
}

#[test]
fn what_is_deleted_leaves_its_place_and_no_words() {
    let mut table = Table::new();
    table.give("ana", start(1, "A secret")).unwrap();
    table.give("ben", reply(1, 1, "Oh.")).unwrap();
    let delete = TalkCommand::Delete {
        message: message(1, 0),
    };
    table.give("ana", delete).unwrap();
    let talk = table.read();
    let (_, found) = talk.message(&message(1, 0)).unwrap();
    assert!(found.deleted && found.text.is_empty());
    let bytes = table.bytes();
    assert!(!bytes.windows(8).any(|part| part == b"A secret"));
    let edit = TalkCommand::Edit {
        message: message(1, 0),
        text: "Back".to_owned(),
    };
    assert_eq!(table.give("ana", edit), Err(TalkError::Deleted));
}

#[test]
fn only_people_who_see_the_map_can_be_named() {
    let mut table = Table::new();
    let stranger = table.give("ana", start(1, "Look, @[mallory]"));
    assert_eq!(stranger, Err(TalkError::Stranger));
    table.give("ana", start(1, "Look, @[ben]")).unwrap();
    let assign = TalkCommand::Assign {
        thread: thread(1),
        to: Some(person("mallory")),
    };
    assert_eq!(table.give("ana", assign), Err(TalkError::Stranger));
}

#[test]
fn texts_have_a_size_and_something_to_read() {
    let mut table = Table::new();
    let long = "x".repeat(limits::TEXT_CHARS + 1);
    assert_eq!(table.give("ana", start(1, &long)), Err(TalkError::TooLong));
    assert_eq!(table.give("ana", start(1, " \n\t ")), Err(TalkError::Empty));
    assert_eq!(
        table.give("ana", start(1, "a\u{0}b")),
        Err(TalkError::Unfit)
    );
    let full = "x".repeat(limits::TEXT_CHARS);
    table.give("ana", start(1, &full)).unwrap();
    let mut order = table.order(start(2, "fine"));
    if let TalkCommand::Start { anchor, .. } = &mut order.command {
        anchor.path = vec!["x".repeat(limits::WORDS_CHARS + 1)];
    }
    assert_eq!(
        table.send("ana", May::Comment, &order, NOON),
        Err(TalkError::Unfit)
    );
}

#[test]
fn a_comment_written_offline_keeps_its_time() {
    let mut table = Table::new();
    let mut order = table.order(start(1, "On the train"));
    order.written_at = Some(NOON - 3_600_000);
    table.send("ana", May::Comment, &order, NOON).unwrap();
    let mut later = table.order(reply(1, 1, "In the future"));
    later.written_at = Some(NOON + 3_600_000);
    table.send("ana", May::Comment, &later, NOON).unwrap();
    let talk = table.read();
    let (thread, first) = talk.message(&message(1, 0)).unwrap();
    assert_eq!(
        (first.said.at, first.written_at),
        (NOON, Some(NOON - 3_600_000))
    );
    // A clock that runs ahead is not believed, and what came later stays later.
    let second = &thread.messages[1];
    assert_eq!((second.said.at, second.written_at), (NOON + 1, None));
}

#[test]
fn people_hear_of_what_concerns_them_once_and_of_nothing_they_did() {
    let mut table = Table::new();
    table.give("ana", start(1, "Well, @[ana]?")).unwrap();
    let order = table.order(reply(1, 1, "@[cleo] @[ben] should know"));
    let notices = order.notices(&table.read(), &person("ben"));
    let told: Vec<_> = notices.iter().map(|it| (it.to.as_str(), it.why)).collect();
    assert_eq!(told, [("cleo", Why::Mention), ("ana", Why::Reply)]);
    let assign = |to: &str| TalkCommand::Assign {
        thread: thread(1),
        to: Some(person(to)),
    };
    let order = table.order(assign("cleo"));
    assert_eq!(
        order.notices(&table.read(), &person("ana"))[0].why,
        Why::Assigned
    );
    assert_eq!(order.notices(&table.read(), &person("cleo")), []);
}

#[test]
fn a_review_is_done_by_those_who_were_asked() {
    let mut table = Table::new();
    let review = ReviewId::parse("r1").unwrap();
    let ask = |view: &str| TalkCommand::RequestReview {
        review: ReviewId::parse("r1").unwrap(),
        who: vec![person("ben")],
        view: view.to_owned(),
        until: Some(Day::parse("2026-12-01").unwrap()),
        questions: "Is the *claim* stage right?".to_owned(),
    };
    assert_eq!(
        table.give("ana", ask("javascript:x")),
        Err(TalkError::Unfit)
    );
    table.give("ana", ask("?view=outline")).unwrap();
    let mark = TalkCommand::MarkReview {
        review: review.clone(),
        done: true,
    };
    assert_eq!(table.give("cleo", mark.clone()), Err(TalkError::NotAsked));
    table.give("ben", mark).unwrap();
    assert_eq!(
        table.read().review(&review).unwrap().done[0].by,
        person("ben")
    );
    let withdraw = TalkCommand::WithdrawReview { review };
    assert_eq!(table.give("ben", withdraw), Err(TalkError::NotYours));
}

#[test]
fn a_thread_whose_place_is_deleted_is_an_orphan_until_that_is_taken_back() {
    let doc = new_doc(7);
    let (_, text) = templates::DEMO_MAPS[0];
    MapFile::parse(text)
        .unwrap()
        .write(&mut doc.transact_mut())
        .unwrap();
    let map = |doc: &Doc| JourneyMap::read(&doc.transact());
    let step = map(&doc).steps[1].id.clone();
    let card = map(&doc)
        .cards
        .iter()
        .find(|it| it.step == step)
        .unwrap()
        .id
        .clone();
    let on_step = Place::Step { step: step.clone() };
    let words = Place::Text {
        of: format!("details/cards/{card}"),
        quote: "words".to_owned(),
        from: "0".to_owned(),
        to: "1.4".to_owned(),
    };
    let places = Places::of(&map(&doc));
    assert!(matches!(
        places.find(&on_step),
        Whereabouts::There {
            stage: Some(_),
            step: Some(_)
        }
    ));
    assert_eq!(words.bearer(), Place::Card { card });
    let target = Target::Step(step);
    let delete = Edit::Delete {
        target: target.clone(),
        by: "Ana".to_owned(),
        at: 1,
    };
    apply(&mut doc.transact_mut(), &delete).unwrap();
    let places = Places::of(&map(&doc));
    assert_eq!(places.find(&on_step), Whereabouts::Gone);
    assert_eq!(places.find(&words), Whereabouts::Gone);
    assert_ne!(places.find(&Place::Map {}), Whereabouts::Gone);
    apply(&mut doc.transact_mut(), &Edit::Restore(target)).unwrap();
    let places = Places::of(&map(&doc));
    assert_ne!(places.find(&on_step), Whereabouts::Gone);
    assert_ne!(places.find(&words), Whereabouts::Gone);
}

/// Any command, about things that mostly are there.
fn any_command() -> impl Strategy<Value = TalkCommand> {
    let text = prop_oneof![
        "[ -~]{0,12}",
        Just("@[ben] hi".to_owned()),
        Just("`x` @[mallory]".to_owned()),
    ];
    let reaction = prop::sample::select(Reaction::ALL.to_vec());
    (0u8..14, 0u8..4, 0u8..5, text, reaction, any::<bool>()).prop_map(
        |(kind, n, m, text, reaction, flag)| {
            let review = ReviewId::parse(&format!("r{n}")).unwrap();
            let who = [person("ana"), person("ben"), person("mallory")];
            let to = who[usize::from(m) % 3].clone();
            match kind {
                0 | 1 => start(n, &text),
                2..=4 => reply(n, m, &text),
                5 => TalkCommand::Edit {
                    message: message(n, m),
                    text,
                },
                6 => TalkCommand::Delete {
                    message: message(n, m),
                },
                7 => TalkCommand::React {
                    message: message(n, m),
                    reaction,
                },
                8 => TalkCommand::Unreact {
                    message: message(n, m),
                    reaction,
                },
                9 if flag => TalkCommand::Resolve { thread: thread(n) },
                9 => TalkCommand::Reopen { thread: thread(n) },
                10 => TalkCommand::Assign {
                    thread: thread(n),
                    to: flag.then_some(to),
                },
                11 => TalkCommand::SetDue {
                    thread: thread(n),
                    day: flag.then(|| Day::parse("2027-01-02").unwrap()),
                },
                12 => TalkCommand::RequestReview {
                    review,
                    who: vec![to],
                    view: String::new(),
                    until: None,
                    questions: text,
                },
                _ if flag => TalkCommand::WithdrawReview { review },
                _ => TalkCommand::MarkReview { review, done: true },
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_people_command_words_stay_their_authors_and_nothing_happens_twice(
        commands in prop::collection::vec((any_command(), 0usize..3, 0u64..3), 1..60)
    ) {
        let mut table = Table::new();
        let mut now = NOON;
        let mut done: Vec<(Order, &str)> = Vec::new();
        for (command, who, later) in commands {
            let by = ["ana", "ben", "cleo"][who];
            now += later * 500;
            let order = table.order(command);
            let before = table.read();
            let bytes = table.bytes();
            if table.send(by, May::Comment, &order, now).is_err() {
                prop_assert_eq!(table.bytes(), bytes);
                continue;
            }
            let after = table.read();
            for thread in &before.threads {
                for old in &thread.messages {
                    let (_, new) = after.message(&old.id).expect("no message goes away");
                    prop_assert_eq!(&old.said, &new.said);
                    if old.said.by.as_str() != by {
                        prop_assert_eq!(&old.text, &new.text);
                        prop_assert_eq!(old.deleted, new.deleted);
                    }
                }
            }
            let json = serde_json::to_string(&order).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Order>(&json).unwrap(), &order);
            done.push((order, by));
        }
        let bytes = table.bytes();
        for (order, by) in done {
            table.send(by, May::Comment, &order, now * 2).unwrap();
        }
        prop_assert_eq!(table.bytes(), bytes);
    }
}
