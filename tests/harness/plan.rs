//! A plan: what people, networks and machines do, and when. One JSON object a line.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use waymark_model::JourneyMap;
use waymark_sync::{Dialect, Role};

use crate::compaction::{CompactionStep, Strike};
use crate::edits::{self, EditKind};
use crate::faults::Unaware;
use crate::person::{Client, PersonId};
use crate::world::World;

/// For so many edits somebody acts upon the map that they saw.
const GLANCES: u32 = 3;

/// A seed for the conditions, and steps in the order of their time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What the plan was kept for; empty for a generated one.
    #[serde(default)]
    pub about: String,
    /// Decides the weather and every chance that the steps do not name.
    pub seed: u64,
    /// What is done. Written as one line each.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// Something that is done at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Milliseconds since the beginning of the world.
    pub at: u64,
    /// What is done.
    #[serde(flatten)]
    pub act: Act,
}

/// Everything that a plan can do. A person is named by the number of their `Join`; an act
/// of somebody who is not there does nothing, so that any step may be left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields say what they are")]
pub enum Act {
    /// Opens a map, by our program or by a plain y-websocket client.
    Join {
        who: u64,
        map: String,
        plain: bool,
    },
    /// Closes the tab.
    Leave {
        who: u64,
    },
    /// Changes the map; `dice` chooses what and how.
    Edit {
        who: u64,
        kind: EditKind,
        dice: u64,
    },
    /// Types into the first card, a key each `pace` milliseconds.
    Type {
        who: u64,
        keys: u64,
        pace: u64,
    },
    Undo {
        who: u64,
    },
    Redo {
        who: u64,
    },
    /// Shows a place to the others, or hides.
    Show {
        who: u64,
        place: Option<u64>,
    },
    /// Cut off, now or after so many more events of the world.
    Cut {
        who: u64,
        #[serde(default)]
        after: u64,
    },
    Heal {
        who: u64,
    },
    HalfOpen {
        who: u64,
        unaware: Blind,
    },
    StopReading {
        who: u64,
    },
    ResumeReading {
        who: u64,
    },
    /// May only look from now on.
    Demote {
        who: u64,
    },
    /// May change the map again.
    Promote {
        who: u64,
    },
    /// The server's machine loses its power, now or after so many more events.
    Crash {
        #[serde(default)]
        after: u64,
    },
    /// The next compaction that comes so far is struck.
    StrikeCompaction {
        step: CompactionStep,
        strike: Strike,
    },
    /// The server ends in good order.
    Stop,
    Restart,
    FailAppends {
        count: u64,
    },
    StallAppends,
    ResumeAppends,
    /// The disk is full, until somebody makes room.
    FillDisk,
    MakeRoom,
    /// Each append takes fifteen seconds.
    SlowDisk,
    QuickDisk,
    /// Takes one message each so many milliseconds, until they resume reading.
    Sip {
        who: u64,
        each: u64,
    },
    /// The device sleeps, and by its clock so many milliseconds more have passed when it wakes.
    Sleep {
        who: u64,
    },
    Wake {
        who: u64,
        later: u64,
    },
    /// The server's clock jumps by so many milliseconds.
    JumpClock {
        by: i64,
    },
    /// All access is taken away, at once or after so many milliseconds, and given back.
    Revoke {
        who: u64,
    },
    Expire {
        who: u64,
        after: u64,
    },
    Pardon {
        who: u64,
    },
    Backup,
    /// The disk is replaced by the last backup; the server is down then.
    RestoreBackup,
    /// Somebody hostile opens a map.
    Intrude {
        who: u64,
        map: String,
        plain: bool,
        looks_only: bool,
    },
    /// They do something that no program does; `dice` chooses what.
    Mischief {
        who: u64,
        dice: u64,
    },
}

/// [`Unaware`] in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each is the end that does not learn of the break"
)]
pub enum Blind {
    Person,
    Server,
    Both,
}

impl From<Blind> for Unaware {
    fn from(blind: Blind) -> Self {
        match blind {
            Blind::Person => Self::Person,
            Blind::Server => Self::Server,
            Blind::Both => Self::Both,
        }
    }
}

impl Plan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// The line that is not understood, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let head = lines.next().ok_or("a plan begins with its seed")?;
        let mut plan: Self =
            serde_json::from_str(head).map_err(|error| format!("{head}: {error}"))?;
        for line in lines {
            let step = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            plan.steps.push(step);
        }
        Ok(plan)
    }

    /// The plan as a file.
    pub fn to_lines(&self) -> String {
        let head = serde_json::to_string(self);
        let steps = self.steps.iter().map(serde_json::to_string);
        let lines: Vec<String> = std::iter::once(head)
            .chain(steps)
            .map(|line| line.expect("plans are numbers and words") + "\n")
            .collect();
        lines.concat()
    }
}

/// The people of a plan: the number of a `Join` to the person in the world.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    roles: std::collections::BTreeMap<u64, PersonId>,
}

impl Cast {
    /// Does one step of a plan.
    pub(crate) fn perform(&mut self, world: &mut World, act: &Act) {
        match act {
            Act::Join { who, map, plain } => {
                let id = world.join_document(map, &name_of(*who), dialect_of(*plain));
                self.takes_part(world, *who, id);
            }
            Act::Intrude {
                who,
                map,
                plain,
                looks_only,
            } => {
                // Never the same twice: what they were allowed once does not count later.
                let name = format!("mallory {who} of {}", world.elapsed().0);
                let id = world.intrude(map, &name, dialect_of(*plain), *looks_only);
                self.takes_part(world, *who, id);
            }
            Act::Mischief { who, dice } => {
                self.with(world, *who, |world, id| world.do_mischief(id, *dice));
            }
            Act::Leave { who } => {
                if let Some(id) = self.roles.remove(who) {
                    world.leave(id);
                }
            }
            Act::Edit { who, kind, dice } => {
                self.with(world, *who, |world, id| {
                    world.edit_by_dice(id, *kind, *dice)
                });
            }
            Act::Type { who, keys, pace } => {
                self.with(world, *who, |world, id| {
                    if world.may_edit(id) {
                        world.type_slowly(id, *keys, *pace);
                    }
                });
            }
            Act::Undo { who } => self.with(world, *who, |world, id| {
                if world.may_edit(id) {
                    world.undo(id);
                }
            }),
            Act::Redo { who } => self.with(world, *who, |world, id| {
                if world.may_edit(id) {
                    world.redo(id);
                }
            }),
            Act::Show { who, place } => {
                self.with(world, *who, |world, id| world.show_presence(id, *place));
            }
            Act::Cut { who, after } => {
                self.with(world, *who, |world, id| world.cut_after(id, *after));
            }
            Act::Demote { who } => world.give_role(&name_of(*who), Role::Viewer),
            Act::Promote { who } => world.give_role(&name_of(*who), Role::Editor),
            Act::Heal { who } => self.with(world, *who, World::heal),
            Act::HalfOpen { who, unaware } => {
                self.with(world, *who, |world, id| {
                    world.half_open(id, (*unaware).into())
                });
            }
            Act::StopReading { who } => self.with(world, *who, World::stop_reading),
            Act::ResumeReading { who } => self.with(world, *who, World::resume_reading),
            Act::Crash { after } => world.crash_after(*after),
            Act::StrikeCompaction { step, strike } => world.strike_compaction(*step, *strike),
            Act::Stop => world.stop_server(),
            Act::Restart => world.restart_server(),
            Act::FailAppends { count } => world.fail_appends(*count),
            Act::StallAppends => world.stall_appends(),
            Act::ResumeAppends => world.resume_appends(),
            Act::FillDisk => world.fill_disk(),
            Act::MakeRoom => world.make_room(),
            Act::SlowDisk => world.slow_disk(),
            Act::QuickDisk => world.quick_disk(),
            Act::Sip { who, each } => self.with(world, *who, |world, id| world.sip(id, *each)),
            Act::Sleep { who } => self.with(world, *who, World::fall_asleep),
            Act::Wake { who, later } => {
                self.with(world, *who, |world, id| world.wake(id, *later));
            }
            Act::JumpClock { by } => world.jump_clock(*by),
            Act::Revoke { who } => world.revoke(&name_of(*who)),
            Act::Expire { who, after } => world.expire_access(&name_of(*who), *after),
            Act::Pardon { who } => world.pardon(&name_of(*who)),
            Act::Backup => world.take_backup(),
            Act::RestoreBackup => world.restore_backup(),
        }
    }

    fn takes_part(&mut self, world: &mut World, who: u64, id: PersonId) {
        if let Some(former) = self.roles.insert(who, id) {
            world.leave(former);
        }
    }

    fn with(&self, world: &mut World, who: u64, act: impl FnOnce(&mut World, PersonId)) {
        if let Some(id) = self.roles.get(&who) {
            act(world, *id);
        }
    }
}

fn dialect_of(plain: bool) -> Dialect {
    if plain {
        Dialect::YWebsocket
    } else {
        Dialect::Hocuspocus
    }
}

/// The person behind a number: ten more is another tab of the same person.
fn name_of(who: u64) -> String {
    format!("p{}", who % 10)
}

impl World {
    /// A program lets people edit once the map is there.
    pub(crate) fn may_edit(&self, id: PersonId) -> bool {
        let person = &self.people[id.0];
        let loaded = match &person.client {
            Client::Ours(replica) => replica.is_loaded(),
            Client::Plain(plain) => plain.is_loaded(),
        };
        loaded && !person.asleep
    }

    /// The map as somebody has seen it lately, or sees it now.
    fn glance(&mut self, id: PersonId, now: bool) -> Rc<JourneyMap> {
        if let Some((map, left)) = &mut self.people[id.0].glance
            && *left > 0
            && !now
        {
            *left -= 1;
            return Rc::clone(map);
        }
        let map = Rc::new(self.map(id));
        self.people[id.0].glance = Some((Rc::clone(&map), GLANCES));
        map
    }

    /// An edit of that kind, chosen by a number, if the map offers one.
    pub(crate) fn edit_by_dice(&mut self, id: PersonId, kind: EditKind, dice: u64) {
        if !self.may_edit(id) {
            return;
        }
        let at = self.now.0;
        // People act upon what they saw a moment ago; only who writes into a text looks
        // at what it says now.
        let map = self.glance(id, kind == EditKind::SetText);
        let person = &self.people[id.0];
        let edit = edits::choose(kind, dice, &map, &person.deleted, &person.name, at);
        let Some(edit) = edit else { return };
        if let waymark_model::Edit::Delete { target, .. } = &edit {
            self.people[id.0].deleted.push(target.clone());
        }
        // The map offered it; what the model refuses all the same changes nothing.
        let _ = self.edit(id, &edit);
    }
}
