//! The guard alone: what it lets pass, yrs reads, and reads alike.

use bytes::Bytes;
use waymark_sync::guard::{self, Bounds, Outline};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{IdSet, StateVector, Update};

use crate::damage;
use crate::input::Input;
use crate::nonsense;

/// The first byte says what the rest is.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(4) {
        0 => update(input.rest()),
        1 => state_vector(input.rest()),
        2 => awareness(input.rest()),
        _ => {
            let mut bytes = nonsense::update(&mut input);
            damage::damage(&mut input, &mut bytes);
            update(&bytes);
        }
    }
}

fn update(bytes: &[u8]) {
    let tight = guard::check_update(bytes, &Bounds::UPDATE);
    let wide = guard::check_update(bytes, &Bounds::TRUSTED_SIZE);
    if let Ok(tight) = &tight {
        let wide = wide.as_ref().expect("the wider bounds let it pass too");
        assert_eq!(tight.outline, wide.outline);
    }
    let Ok(walk) = wide else {
        return;
    };
    let outline = walk.outline;
    let read = Update::decode_v1(bytes).expect("what passes can be decoded");
    assert_eq!(ranges(&read.insertions(true)), inserted(&outline));
    assert_eq!(ranges(read.delete_set()), deleted(&outline));
    assert_eq!(
        outline.is_empty(),
        outline.sections.is_empty() && outline.deletes.is_empty()
    );

    let bytes = Bytes::copy_from_slice(bytes);
    if let Some(copy) = guard::merge(&[(&bytes, &outline)]) {
        let again = guard::check_update(&copy, &Bounds::TRUSTED_SIZE).expect("a copy passes");
        assert_eq!(inserted(&again.outline), inserted(&outline));
        assert_eq!(deleted(&again.outline), deleted(&outline));
        assert_eq!(again.outline.needs, outline.needs);
    }
    let nothing = StateVector::default();
    if outline.fits(&nothing) {
        assert_eq!(outline.adds_to(&nothing), !outline.sections.is_empty());
    }
}

fn state_vector(bytes: &[u8]) {
    let Ok(known) = guard::check_state_vector(bytes) else {
        return;
    };
    assert_eq!(StateVector::decode_v1(bytes).expect("yrs reads it"), known);
    let again = guard::check_state_vector(&known.encode_v1()).expect("it can be written");
    assert_eq!(again, known);
}

fn awareness(bytes: &[u8]) {
    let Ok(entries) = guard::check_awareness(bytes) else {
        return;
    };
    let written = guard::write_awareness(entries.iter().copied());
    let again = guard::check_awareness(&written).expect("it can be written");
    assert_eq!(again, entries);
    yrs::sync::AwarenessUpdate::decode_v1(bytes).expect("yrs reads it");
}

/// Client, first clock, clock after the last: joined and in order.
type Ranges = Vec<(u64, u32, u32)>;

fn ranges(set: &IdSet) -> Ranges {
    let each = set.iter().flat_map(|(client, ranges)| {
        ranges
            .iter()
            .map(|range| (client.get(), range.start, range.end))
    });
    joined(each.collect())
}

fn inserted(outline: &Outline) -> Ranges {
    let each = outline.sections.iter();
    joined(
        each.map(|part| (part.client, part.start, part.end))
            .collect(),
    )
}

fn deleted(outline: &Outline) -> Ranges {
    let each = outline.deletes.iter();
    joined(
        each.map(|part| (part.client, part.start, part.end))
            .collect(),
    )
}

fn joined(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let joins = next.0 == kept.0 && next.1 <= kept.2;
        if joins {
            kept.2 = kept.2.max(next.2);
        }
        joins
    });
    ranges
}
