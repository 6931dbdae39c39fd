//! One case: who takes part, what they do, and what reaches whom when.

use serde_json::{Value, json};
use waymark_fuzz::corpus::{bytes, hex};
use waymark_fuzz::ops::Op;
use waymark_tests::Rng;
use yrs::block::ClientID;
use yrs::updates::encoder::Encode;

use crate::relay::Relay;
use crate::replica::Replica;

/// How a case went.
pub(crate) struct Verdict {
    pub(crate) seed: u64,
    pub(crate) steps: u32,
    pub(crate) updates: u64,
    pub(crate) room: bool,
    /// Whether a Yjs replica had to ask again for what it had.
    pub(crate) resynced: bool,
    pub(crate) problem: Option<String>,
}

/// Who takes part.
enum Who {
    Yrs(Box<Replica>),
    /// Lives in Node.
    Yjs,
    Room(Box<Relay>),
}

/// An update on its way to everybody.
struct Letter {
    update: Vec<u8>,
    arrived: Vec<bool>,
}

/// What the answer to a command is.
enum Answer {
    Nothing,
    /// Updates that this one made.
    Made(usize),
    /// What this one has.
    State(usize),
    /// An update made of others, or a difference.
    Letter,
    View(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begin,
    Round(u64),
    Settle(u32),
    View,
}

pub(crate) struct Case {
    seed: u64,
    rng: Rng,
    /// Things that may still be done, and that would have been.
    steps: (u32, u32),
    /// All in one root, and at its beginning.
    focus: Option<u8>,
    narrow: bool,
    who: Vec<Who>,
    states: Vec<Option<Vec<u8>>>,
    letters: Vec<Letter>,
    stage: Stage,
    rounds: u64,
    commands: Vec<Value>,
    answers: Vec<Answer>,
    views: Vec<(usize, Value)>,
    problem: Option<String>,
    room: bool,
    /// Whether those that hold something back have synchronised anew.
    resynced: bool,
}

impl Case {
    pub(crate) fn new(seed: u64, steps: u32) -> Self {
        let mut rng = Rng::new(seed);
        let mut case = Self {
            focus: rng.chance(50).then(|| rng.below(4) as u8),
            narrow: rng.chance(30),
            rounds: rng.between(1, 4),
            room: rng.chance(15),
            seed,
            steps: (steps, 0),
            who: Vec::new(),
            states: Vec::new(),
            letters: Vec::new(),
            stage: Stage::Begin,
            commands: Vec::new(),
            answers: Vec::new(),
            views: Vec::new(),
            problem: None,
            resynced: false,
            rng,
        };
        case.gather();
        case
    }

    fn gather(&mut self) {
        let count = self.rng.between(2, 4) as usize;
        let tidy = self.rng.chance(15);
        for index in 0..count {
            // The first two are one of each; small and large client ids in any order.
            let yjs = index == 0 || (index > 1 && self.rng.chance(50));
            let client = self.rng.between(1, 3) * 4 + index as u64 + (self.rng.below(2) << 31);
            let keeps = self.rng.chance(15);
            if yjs {
                self.command(json!(["new", index, client, !keeps]), Answer::Nothing);
                self.who.push(Who::Yjs);
            } else {
                let replica = Replica::new(client, tidy, keeps);
                self.who.push(Who::Yrs(Box::new(replica)));
            }
        }
        if self.room {
            self.who.push(Who::Room(Box::new(Relay::new(self.seed))));
        }
        self.states = vec![None; self.who.len()];
    }

    fn command(&mut self, command: Value, answer: Answer) {
        self.commands.push(command);
        self.answers.push(answer);
    }

    /// What Node is to do next for this case.
    pub(crate) fn wants(&mut self) -> Vec<Value> {
        match self.stage {
            Stage::Begin => {}
            Stage::Round(_) => self.round(),
            Stage::Settle(_) => self.settle(),
            Stage::View => self.look(),
        }
        std::mem::take(&mut self.commands)
    }

    /// Takes Node's answers; the verdict once there is one.
    pub(crate) fn hear(&mut self, answers: Vec<Value>, verbose: bool) -> Option<Verdict> {
        let expected = std::mem::take(&mut self.answers);
        if answers.len() != expected.len() {
            self.fail("node answered something else".to_owned());
        }
        for (expected, answer) in expected.into_iter().zip(answers) {
            if let Some(error) = answer.get("error") {
                self.fail(format!("Yjs: {error}"));
                continue;
            }
            match expected {
                Answer::Nothing => {}
                Answer::Made(from) => {
                    let made = answer.as_array().into_iter().flatten();
                    for update in made.filter_map(Value::as_str).filter_map(bytes) {
                        self.post(Some(from), update);
                    }
                }
                Answer::State(of) => self.states[of] = answer.as_str().and_then(bytes),
                Answer::Letter => {
                    if let Some(update) = answer.as_str().and_then(bytes) {
                        self.post(None, update);
                    }
                }
                Answer::View(of) => self.views.push((of, answer)),
            }
        }
        let over = self.advance();
        if over || self.problem.is_some() {
            if verbose {
                for (who, view) in &self.views {
                    println!("  {who}: {view}");
                }
            }
            return Some(Verdict {
                seed: self.seed,
                steps: self.steps.1,
                updates: self.letters.len() as u64,
                room: self.room,
                resynced: self.resynced,
                problem: self.problem.take(),
            });
        }
        None
    }

    /// Goes on to what comes next; whether that is nothing.
    fn advance(&mut self) -> bool {
        let rest = self
            .letters
            .iter()
            .all(|letter| letter.arrived.iter().all(|there| *there));
        self.stage = match self.stage {
            Stage::Begin => Stage::Round(0),
            Stage::Round(round) if round + 1 < self.rounds => Stage::Round(round + 1),
            Stage::Round(_) => Stage::Settle(0),
            Stage::Settle(_) if rest => Stage::View,
            Stage::Settle(20) => {
                self.fail("it does not come to rest".to_owned());
                return true;
            }
            Stage::Settle(times) => Stage::Settle(times + 1),
            Stage::View => {
                if !self.resync() {
                    self.compare();
                    return true;
                }
                Stage::Settle(0)
            }
        };
        false
    }

    /// Lets each Yjs replica that holds something back synchronise anew, once a case;
    /// whether there was one.
    ///
    /// What does not fit yet Yjs keeps as one merged update, and with it one clock a client
    /// at which it looks at it again. That clock is not always the one that is needed: of
    /// `a:1` that builds upon `b:0`, and `b:9`, both early, it keeps in mind that `b:8` is
    /// missing, and after `b:0` has come `a:1` still waits for `b:8` (Yjs 13.6.33,
    /// `integrateStructs` follows `b` to its first struct at hand). Two such waits can be
    /// for each other, for ever, though everything is there. Any client is rid of it when
    /// it reconnects, because an answer to its step 1 fits as a whole: so that is what
    /// happens here. A server that passes on only what fits (PROTOCOL.md, S5) never gets a
    /// client there.
    fn resync(&mut self) -> bool {
        let stuck = |(who, view): &(usize, Value)| {
            (matches!(self.who[*who], Who::Yjs) && view["pending"] == true).then(|| {
                let state = view["state"].as_array().into_iter().flatten();
                let clocks = state.filter_map(|pair| Some((pair[0].as_u64()?, pair[1].as_u64()?)));
                (*who, clocks.collect::<Vec<_>>())
            })
        };
        let stuck: Vec<_> = self.views.iter().filter_map(stuck).collect();
        if self.resynced || stuck.is_empty() {
            return false;
        }
        self.resynced = true;
        self.views.clear();
        for (who, clocks) in stuck {
            let mut state = yrs::StateVector::default();
            for (client, clock) in clocks {
                state.set_max(ClientID::new(client), clock as u32);
            }
            // The second one is always a yrs replica.
            let Who::Yrs(other) = &self.who[1] else {
                continue;
            };
            match other.diff(&state.encode_v1()) {
                Ok(answer) => {
                    self.command(json!(["apply", who, hex(&answer)]), Answer::Made(who));
                }
                Err(problem) => self.fail(problem),
            }
        }
        true
    }

    fn round(&mut self) {
        for who in 0..self.who.len() {
            self.deliver(who, 55);
            for _ in 0..self.rng.between(0, 4) {
                self.act(who);
            }
            if matches!(self.who[who], Who::Yjs) {
                self.command(json!(["sv", who]), Answer::State(who));
            }
        }
        if self.rng.chance(20) {
            self.merge();
        }
        if self.rng.chance(30) {
            self.differ();
        }
    }

    /// Delivers some of what has not arrived, and some of what has, in any order.
    fn deliver(&mut self, who: usize, percent: u64) {
        let mut chosen: Vec<usize> = (0..self.letters.len())
            .filter(|at| {
                let percent = if self.letters[*at].arrived[who] {
                    8
                } else {
                    percent
                };
                self.rng.chance(percent)
            })
            .collect();
        for end in (1..chosen.len()).rev() {
            chosen.swap(end, self.rng.below(end as u64 + 1) as usize);
        }
        for at in chosen {
            self.letters[at].arrived[who] = true;
            let update = self.letters[at].update.clone();
            let made = match &mut self.who[who] {
                Who::Yjs => {
                    self.command(json!(["apply", who, hex(&update)]), Answer::Made(who));
                    continue;
                }
                Who::Yrs(replica) => replica.apply(&update),
                Who::Room(relay) => relay.apply(&update),
            };
            self.made(who, made);
        }
    }

    fn made(&mut self, who: usize, made: Result<Vec<Vec<u8>>, String>) {
        match made {
            Ok(made) => made
                .into_iter()
                .for_each(|update| self.post(Some(who), update)),
            Err(problem) => self.fail(problem),
        }
    }

    fn act(&mut self, who: usize) {
        let drawn = self.rng.next_u64().to_le_bytes();
        let mut op = Op::read(&mut waymark_fuzz::Input::new(&drawn));
        op.root = self.focus.unwrap_or(op.root);
        if self.narrow {
            op.at %= 2;
        }
        let chance = self.rng.below(100);
        if matches!(self.who[who], Who::Room(_)) {
            return;
        }
        self.steps.1 += 1;
        if self.steps.1 > self.steps.0 {
            return;
        }
        let made = match (&mut self.who[who], chance) {
            (Who::Yjs, 0..10) => {
                return self.command(json!(["undo", who]), Answer::Made(who));
            }
            (Who::Yjs, 10..15) => {
                return self.command(json!(["redo", who]), Answer::Made(who));
            }
            (Who::Yjs, _) => {
                return self.command(json!(["op", who, op.numbers()]), Answer::Made(who));
            }
            (Who::Yrs(replica), 0..10) => replica.undo(),
            (Who::Yrs(replica), 10..15) => replica.redo(),
            (Who::Yrs(replica), _) => replica.act(&op),
            (Who::Room(_), _) => return,
        };
        self.made(who, made);
    }

    /// Some updates travel as one.
    fn merge(&mut self) {
        let some: Vec<Vec<u8>> = (0..self.rng.between(2, 5))
            .filter_map(|_| {
                let at = self.rng.below(self.letters.len() as u64) as usize;
                self.letters.get(at).map(|letter| letter.update.clone())
            })
            .collect();
        if some.is_empty() {
            return;
        }
        if self.rng.chance(50) {
            let texts: Vec<String> = some.iter().map(|update| hex(update)).collect();
            self.command(json!(["merge", 0, texts]), Answer::Letter);
            return;
        }
        match yrs::merge_updates_v1(&some) {
            Ok(merged) => self.post(None, merged),
            Err(error) => self.fail(format!("yrs cannot merge: {error}")),
        }
    }

    /// Somebody sends what somebody else lacks.
    fn differ(&mut self) {
        let states: Vec<Vec<u8>> = self
            .who
            .iter()
            .zip(&self.states)
            .filter_map(|(who, state)| match who {
                Who::Yrs(replica) => Some(replica.encoded_state()),
                _ => state.clone(),
            })
            .collect();
        let Some(state) = self.rng.pick(&states).cloned() else {
            return;
        };
        let from = self.rng.below(self.who.len() as u64) as usize;
        match &self.who[from] {
            Who::Yjs => self.command(json!(["diff", from, hex(&state)]), Answer::Letter),
            Who::Yrs(replica) => match replica.diff(&state) {
                Ok(update) => self.post(None, update),
                Err(problem) => self.fail(problem),
            },
            Who::Room(_) => {}
        }
    }

    /// Everything reaches everybody.
    fn settle(&mut self) {
        for who in 0..self.who.len() {
            self.deliver(who, 100);
        }
    }

    fn post(&mut self, from: Option<usize>, update: Vec<u8>) {
        if update == yrs::Update::EMPTY_V1 {
            return;
        }
        let mut arrived = vec![false; self.who.len()];
        if let Some(from) = from {
            arrived[from] = true;
        }
        self.letters.push(Letter { update, arrived });
    }

    fn look(&mut self) {
        for at in 0..self.who.len() {
            let view = match &mut self.who[at] {
                Who::Yjs => {
                    self.command(json!(["view", at]), Answer::View(at));
                    continue;
                }
                Who::Yrs(replica) => replica.view(),
                Who::Room(relay) => relay.view(),
            };
            self.views.push((at, view));
        }
    }

    fn compare(&mut self) {
        self.views.sort_by_key(|(who, _)| *who);
        let Some((_, first)) = self.views.first() else {
            return self.fail("nobody is here".to_owned());
        };
        let mut problem = None;
        for (who, view) in &self.views {
            for part in ["pending", "state", "deleted", "content"] {
                if problem.is_none() && (view[part] != first[part] || view["pending"] == true) {
                    let kind = match self.who[*who] {
                        Who::Yjs => "Yjs",
                        Who::Yrs(_) => "yrs",
                        Who::Room(_) => "room",
                    };
                    problem = Some(format!(
                        "{part} of {who} ({kind}) differs\n    {}\n    {}",
                        first[part], view[part]
                    ));
                }
            }
        }
        if let Some(problem) = problem {
            self.fail(problem);
        }
    }

    fn fail(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}
