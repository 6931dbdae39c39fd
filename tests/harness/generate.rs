//! Plans from a seed.

use crate::compaction::{CompactionStep, Strike};
use crate::edits::EditKind;
use crate::plan::{Act, Blind, Plan, Step};
use crate::rng::Rng;

/// What happens in a plan, weighed: `(weight, maker)`. The maker gets somebody's number.
type Deck = &'static [(u64, fn(&mut Rng, u64) -> Act)];

/// A day on which everything goes wrong now and then.
const ANY_DAY: Deck = &[
    (50, |rng, who| edit(rng, who)),
    (8, |rng, who| Act::Type {
        who,
        keys: rng.between(1, 15),
        pace: rng.between(5, 120),
    }),
    (4, |_, who| Act::Undo { who }),
    (2, |_, who| Act::Redo { who }),
    (6, |rng, who| Act::Show {
        who,
        place: rng.chance(90).then(|| rng.below(100)),
    }),
    (2, |rng, who| Act::HalfOpen {
        who,
        unaware: blind(rng),
    }),
    (2, |rng, _| Act::FailAppends {
        count: rng.between(1, 4),
    }),
    (3, |rng, who| join(rng, who)),
    (2, |_, who| Act::Leave { who }),
    (2, |rng, _| strike_compaction(rng)),
    (1, |_, _| Act::Backup),
    (1, |rng, _| Act::JumpClock {
        by: rng.between(0, 7_200_000) as i64 - 3_600_000,
    }),
];

/// Makes a fault of somebody, and what ends it.
type Mishap = fn(&mut Rng, u64) -> [Act; 2];

/// `(weight, maker, longest time between fault and end)`.
type Accident = (u64, Mishap, u64);

/// What goes wrong and, with luck, right again.
const ACCIDENTS: &[Accident] = &[
    (6, |rng, who| [cut(rng, who), Act::Heal { who }], 8_000),
    (
        3,
        |_, who| [Act::StopReading { who }, Act::ResumeReading { who }],
        8_000,
    ),
    (4, |rng, _| [crash(rng), Act::Restart], 3_000),
    (1, |_, _| [Act::Stop, Act::Restart], 3_000),
    (3, |_, _| [Act::StallAppends, Act::ResumeAppends], 12_000),
    (
        1,
        |_, who| [Act::Demote { who }, Act::Promote { who }],
        5_000,
    ),
    (
        1,
        |_, who| [Act::Revoke { who }, Act::Pardon { who }],
        5_000,
    ),
    (1, |rng, who| [expire(rng, who), Act::Pardon { who }], 8_000),
    (2, |_, _| [Act::FillDisk, Act::MakeRoom], 15_000),
    (1, |_, _| [Act::SlowDisk, Act::QuickDisk], 30_000),
    (
        2,
        |rng, who| [sip(rng, who), Act::ResumeReading { who }],
        10_000,
    ),
    (1, |rng, who| [Act::Sleep { who }, wake(rng, who)], 10_000),
    (2, |_, _| [Act::RestoreBackup, Act::Restart], 3_000),
];

impl Plan {
    /// The plan of a seed: two to five people, in seconds or in minutes; four in five with
    /// 15 to 40 steps, one in five with 50 to 140. One in ten days is calm, one in five has
    /// somebody hostile.
    pub fn generate(seed: u64) -> Self {
        let mut rng = Rng::new(seed.wrapping_mul(0x9E37_79B9));
        let people = rng.between(2, 5);
        let mut steps = Vec::new();
        for who in 0..people {
            steps.push(Step {
                at: rng.below(200),
                act: join(&mut rng, who),
            });
            steps.push(Step {
                at: 200,
                act: Act::Show {
                    who,
                    place: Some(who),
                },
            });
        }
        let count = if rng.chance(80) {
            rng.between(15, 40)
        } else {
            rng.between(50, 140)
        };
        let longest_pause = [30, 300, 3_000][rng.below(3) as usize];
        // Some days are calm: only people, no accidents.
        let calm = rng.chance(10);
        let hostile = !calm && rng.chance(20);
        if hostile {
            let at = rng.below(1_000);
            let act = intrude(&mut rng);
            steps.push(Step { at, act });
        }
        let mut at = 300;
        for _ in 0..count {
            at += rng.below(longest_pause);
            // Now and then it is the other tab of somebody.
            let who = rng.below(people) + if rng.chance(10) { 10 } else { 0 };
            if hostile && rng.chance(15) {
                let act = bother(&mut rng);
                steps.push(Step { at, act });
            } else if !calm && rng.chance(18) {
                let (make, pause) = accident(&mut rng);
                let [fault, end] = make(&mut rng, who);
                let later = at + rng.below(pause.min(20 * longest_pause));
                steps.push(Step { at, act: fault });
                steps.push(Step {
                    at: later,
                    act: end,
                });
            } else {
                let act = if calm {
                    edit(&mut rng, who)
                } else {
                    draw(&mut rng, who)
                };
                steps.push(Step { at, act });
            }
        }
        steps.sort_by_key(|step| step.at);
        Self {
            about: String::new(),
            seed,
            steps,
        }
    }
}

fn draw(rng: &mut Rng, who: u64) -> Act {
    let total = ANY_DAY.iter().map(|(weight, _)| weight).sum();
    let mut left = rng.below(total);
    for (weight, make) in ANY_DAY {
        if left < *weight {
            return make(rng, who);
        }
        left -= weight;
    }
    edit(rng, who)
}

fn accident(rng: &mut Rng) -> (Mishap, u64) {
    let total = ACCIDENTS.iter().map(|(weight, ..)| weight).sum();
    let mut left = rng.below(total);
    let mut chosen = &ACCIDENTS[0];
    for accident in ACCIDENTS {
        chosen = accident;
        if left < accident.0 {
            break;
        }
        left -= accident.0;
    }
    (chosen.1, chosen.2)
}

/// Between two messages of what was just begun, or at any moment.
fn cut(rng: &mut Rng, who: u64) -> Act {
    let after = if rng.chance(60) { rng.below(15) } else { 0 };
    Act::Cut { who, after }
}

fn crash(rng: &mut Rng) -> Act {
    let after = if rng.chance(70) { rng.below(15) } else { 0 };
    Act::Crash { after }
}

fn strike_compaction(rng: &mut Rng) -> Act {
    let step = rng.pick(CompactionStep::ALL).copied();
    let strike = if rng.chance(60) {
        Strike::PowerCut(rng.between(1, 3_000))
    } else {
        Strike::DiskFails
    };
    Act::StrikeCompaction {
        step: step.unwrap_or(CompactionStep::Written),
        strike,
    }
}

fn expire(rng: &mut Rng, who: u64) -> Act {
    let after = rng.between(1, 4_000);
    Act::Expire { who, after }
}

fn sip(rng: &mut Rng, who: u64) -> Act {
    let each = [20, 200, 2_000][rng.below(3) as usize];
    Act::Sip { who, each }
}

/// After minutes or hours by the device's clock.
fn wake(rng: &mut Rng, who: u64) -> Act {
    let longest = [60_000, 6 * 3_600_000][rng.below(2) as usize];
    let later = rng.between(0, longest);
    Act::Wake { who, later }
}

/// The number of whoever is hostile: nobody else has it.
const HOSTILE: u64 = 20;

fn intrude(rng: &mut Rng) -> Act {
    Act::Intrude {
        who: HOSTILE,
        map: "one".to_owned(),
        plain: rng.chance(50),
        looks_only: rng.chance(50),
    }
}

fn bother(rng: &mut Rng) -> Act {
    match rng.below(10) {
        0 => intrude(rng),
        1 | 2 => edit(rng, HOSTILE),
        3 => Act::Show {
            who: HOSTILE,
            place: Some(rng.below(100)),
        },
        _ => Act::Mischief {
            who: HOSTILE,
            dice: rng.next_u64(),
        },
    }
}

fn edit(rng: &mut Rng, who: u64) -> Act {
    let kind = rng
        .pick(EditKind::USUAL)
        .copied()
        .unwrap_or(EditKind::AddCard);
    Act::Edit {
        who,
        kind,
        dice: rng.next_u64(),
    }
}

fn join(rng: &mut Rng, who: u64) -> Act {
    let map = if rng.chance(90) { "one" } else { "two" };
    Act::Join {
        who,
        map: map.to_owned(),
        plain: rng.chance(25),
    }
}

fn blind(rng: &mut Rng) -> Blind {
    [Blind::Person, Blind::Server, Blind::Both][rng.below(3) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_of_a_seed_is_always_the_same_and_survives_a_file() {
        for seed in 0..50 {
            let plan = Plan::generate(seed);
            assert_eq!(plan, Plan::generate(seed));
            assert_eq!(Plan::parse(&plan.to_lines()), Ok(plan));
        }
    }

    #[test]
    fn every_kind_of_act_is_generated() {
        let mut words = std::collections::BTreeSet::new();
        for seed in 0..300 {
            for step in Plan::generate(seed).steps {
                let value = serde_json::to_value(step).expect("steps are numbers and words");
                words.insert(value["act"].to_string());
            }
        }
        assert_eq!(words.len(), 36, "{words:?}");
    }
}
