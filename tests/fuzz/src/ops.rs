//! What people do to a document: every shared type, nested in each other.

use std::sync::Arc;

use yrs::branch::BranchPtr;
use yrs::types::Attrs;
use yrs::{
    Any, Array, ArrayPrelim, ArrayRef, Doc, GetString, In, Map, MapPrelim, MapRef, Out, ReadTxn,
    Text, TextPrelim, TextRef, Transact, TransactionMut, WriteTxn, Xml, XmlElementPrelim,
    XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, XmlTextPrelim, XmlTextRef,
};

use crate::input::Input;
use crate::view::{self, Root};

/// One thing somebody does. All numbers mean something in every document: they are taken
/// modulo what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Op {
    /// In which root: see [`Root::ALL`].
    pub root: u8,
    /// And how to go down from it: a bit in front, and the child.
    pub path: [u8; 2],
    /// What is done there.
    pub kind: u8,
    /// At which place.
    pub at: u8,
    /// With how much.
    pub len: u8,
    /// With which value.
    pub value: u8,
}

impl Op {
    /// The next one.
    pub fn read(input: &mut Input<'_>) -> Self {
        Self {
            root: input.byte(),
            path: [input.byte(), input.byte()],
            kind: input.byte(),
            at: input.byte(),
            len: input.byte(),
            value: input.byte(),
        }
    }

    /// As numbers, for others to read.
    pub fn numbers(&self) -> [u8; 7] {
        let [first, second] = self.path;
        [
            self.root, first, second, self.kind, self.at, self.len, self.value,
        ]
    }

    /// Does it, in a transaction of its own; the update, which may hold nothing.
    pub fn apply(&self, doc: &Doc) -> Vec<u8> {
        let mut txn = doc.transact_mut();
        self.apply_in(&mut txn);
        txn.encode_update_v1()
    }

    /// Does it.
    pub fn apply_in(&self, txn: &mut TransactionMut<'_>) {
        let mut place = root(txn, Root::ALL[usize::from(self.root) % Root::ALL.len()]);
        for step in self.path {
            let children = if step < 96 {
                Vec::new()
            } else {
                children(txn, &place)
            };
            let Some(child) = children.get(usize::from(step) % children.len().max(1)) else {
                break;
            };
            place = child.clone();
        }
        match place {
            Place::Text(text) => self.in_text(txn, &text),
            Place::XmlText(text) => self.in_text(txn, AsRef::<TextRef>::as_ref(&text)),
            Place::Array(array) => self.in_array(txn, &array),
            Place::Map(map) => self.in_map(txn, &map),
            Place::Fragment(fragment) => self.in_xml(txn, &fragment),
            Place::Element(element) => self.in_element(txn, &element),
        }
    }

    fn in_text(&self, txn: &mut TransactionMut<'_>, text: &TextRef) {
        let places = view::boundaries(txn, text);
        let last = places.len() - 1;
        let from = usize::from(self.at) % places.len();
        let to = (from + 1 + usize::from(self.len) % 6).min(last);
        let (at, len) = (places[from], places[to] - places[from.min(to)]);
        match self.kind % 12 {
            0..=4 => text.insert(txn, at, self.words()),
            5 | 6 if len > 0 => text.remove_range(txn, at, len),
            7 | 8 if len > 0 => text.format(txn, at, len, self.attributes()),
            9 => text.insert_with_attributes(txn, at, self.words(), self.attributes()),
            10 => drop(text.insert_embed(txn, at, self.embed())),
            11 if self.value.is_multiple_of(4) => {
                text.insert_embed(txn, at, MapPrelim::from([("in", "text")]));
            }
            _ => {}
        }
    }

    fn in_array(&self, txn: &mut TransactionMut<'_>, array: &ArrayRef) {
        let len = array.len(txn);
        let at = u32::from(self.at) % (len + 1);
        match self.kind % 8 {
            0..=3 => {
                let count = 1 + self.len % 3;
                let values = (0..count).map(|more| value(self.value.wrapping_add(more)));
                array.insert_range(txn, at, values.collect::<Vec<Any>>());
            }
            4 | 5 if at < len => {
                array.remove_range(txn, at, (1 + u32::from(self.len) % 3).min(len - at));
            }
            6 | 7 => drop(array.insert(txn, at, self.shared())),
            _ => {}
        }
    }

    fn in_map(&self, txn: &mut TransactionMut<'_>, map: &MapRef) {
        let key = format!("k{}", self.at % 5);
        match self.kind % 8 {
            0..=3 => drop(map.insert(txn, key, value(self.value))),
            4 | 5 => drop(map.insert(txn, key, self.shared())),
            _ => drop(map.remove(txn, &key)),
        }
    }

    fn in_xml(&self, txn: &mut TransactionMut<'_>, parent: &impl XmlFragment) {
        let len = parent.len(txn);
        let at = u32::from(self.at) % (len + 1);
        match self.kind % 6 {
            0 | 1 => drop(parent.insert(txn, at, XmlElementPrelim::empty(self.tag()))),
            2 | 3 => drop(parent.insert(txn, at, XmlTextPrelim::new(self.words()))),
            4 if at < len => parent.remove_range(txn, at, 1),
            _ => {}
        }
    }

    fn in_element(&self, txn: &mut TransactionMut<'_>, element: &XmlElementRef) {
        let name = format!("a{}", self.at % 3);
        match self.kind % 8 {
            6 => drop(element.insert_attribute(txn, name, self.words())),
            7 => element.remove_attribute(txn, &name),
            _ => self.in_xml(txn, element),
        }
    }

    /// What is written.
    fn words(&self) -> &'static str {
        WORDS[usize::from(self.value) % WORDS.len()]
    }

    fn tag(&self) -> &'static str {
        ["p", "em", "h1"][usize::from(self.value) % 3]
    }

    fn attributes(&self) -> Attrs {
        let (key, value) = match self.value % 8 {
            0 | 1 => ("b", Any::Bool(true)),
            2 => ("b", Any::Null),
            3 => ("i", Any::Bool(true)),
            4 => ("i", Any::Null),
            5 => ("c", Any::from("red")),
            6 => ("c", Any::from("blue")),
            _ => ("c", Any::Null),
        };
        Attrs::from([(Arc::from(key), value)])
    }

    fn embed(&self) -> Any {
        let value = Any::from(f64::from(self.value % 4));
        Any::Map(Arc::new([("e".to_owned(), value)].into()))
    }

    fn shared(&self) -> In {
        match self.value % 6 {
            0 | 1 => TextPrelim::new(WORDS[usize::from(self.len) % WORDS.len()]).into(),
            2 => ArrayPrelim::from([1, 2]).into(),
            3 => MapPrelim::from([("k0", "in")]).into(),
            4 => MapPrelim::default().into(),
            _ => ArrayPrelim::default().into(),
        }
    }
}

/// What people write: with letters of one, two and four bytes (two UTF-16 units), of
/// several code points, and from right to left.
pub const WORDS: [&str; 12] = [
    "a",
    "hello",
    " ",
    "\u{1f30a}",
    "x\u{1f600}y",
    "\u{fc}",
    "e\u{301}",
    "\u{1f468}\u{200d}\u{1f469}",
    "\n",
    "\u{5e9}\u{5dc}",
    "zz",
    "\u{4e16}\u{754c}",
];

/// A plain value.
fn value(which: u8) -> Any {
    match which % 14 {
        0 => Any::Null,
        1 => Any::Bool(true),
        2 => Any::Bool(false),
        3 => Any::from(0.0),
        4 => Any::from(-1.0),
        5 => Any::from(70_000.0),
        6 => Any::from(3.25),
        7 => Any::from(9_007_199_254_740_991.0),
        8 => Any::from(""),
        9 => Any::from("text \u{1f30a}"),
        10 => Any::Buffer(Arc::from([0_u8, 255, 7])),
        11 => Any::Array(Arc::from([Any::from(1.0), Any::Null, Any::from("x")])),
        12 => {
            let inner = Any::Array(Arc::from([Any::Bool(true)]));
            Any::Map(Arc::new([("k".to_owned(), inner)].into()))
        }
        _ => Any::from(-0.5),
    }
}

/// Where something can be done.
#[derive(Clone)]
enum Place {
    Text(TextRef),
    XmlText(XmlTextRef),
    Array(ArrayRef),
    Map(MapRef),
    Fragment(XmlFragmentRef),
    Element(XmlElementRef),
}

fn root(txn: &mut TransactionMut<'_>, root: Root) -> Place {
    match root {
        Root::Text => Place::Text(txn.get_or_insert_text(root.name())),
        Root::List => {
            let list = txn.get_or_insert_array(root.name());
            let text = TextRef::from(BranchPtr::from(list.as_ref()));
            // Yrs cannot read what holds letters as a list, and nothing says what a root is.
            if text.get_string(txn).is_empty() {
                Place::Array(list)
            } else {
                Place::Text(text)
            }
        }
        Root::Map => Place::Map(txn.get_or_insert_map(root.name())),
        Root::Xml => Place::Fragment(txn.get_or_insert_xml_fragment(root.name())),
    }
}

fn children(txn: &TransactionMut<'_>, place: &Place) -> Vec<Place> {
    let nodes = |nodes: Vec<XmlOut>| {
        let place = |node| match node {
            XmlOut::Element(element) => Place::Element(element),
            XmlOut::Fragment(fragment) => Place::Fragment(fragment),
            XmlOut::Text(text) => Place::XmlText(text),
        };
        nodes.into_iter().map(place).collect()
    };
    match place {
        Place::Text(text) => shared(view::inserts(txn, text)),
        Place::XmlText(_) => Vec::new(),
        Place::Array(array) => shared(array.iter(txn).collect()),
        Place::Map(map) => {
            let mut entries: Vec<_> = map.iter(txn).collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            shared(entries.into_iter().map(|(_, value)| value).collect())
        }
        Place::Fragment(fragment) => nodes(fragment.children(txn).collect()),
        Place::Element(element) => nodes(element.children(txn).collect()),
    }
}

fn shared(values: Vec<Out>) -> Vec<Place> {
    let place = |value| match value {
        Out::YText(text) => Some(Place::Text(text)),
        Out::YArray(array) => Some(Place::Array(array)),
        Out::YMap(map) => Some(Place::Map(map)),
        _ => None,
    };
    values.into_iter().filter_map(place).collect()
}

/// The text of a root, for messages.
pub fn text_of(doc: &Doc) -> String {
    let txn = doc.transact();
    txn.get_text(Root::Text.name())
        .map(|text| text.get_string(&txn))
        .unwrap_or_default()
}
