//! Who may do what: given, changed, taken away and ending, also while people edit.

use waymark_sync::{Grant, Millis, Role, RoomInput, Timestamp};

use crate::world::World;

impl World {
    /// The moment as the server's clock has it.
    pub(crate) fn server_now(&self) -> Timestamp {
        Timestamp(self.now.0.saturating_add_signed(self.clock_ahead))
    }

    /// What somebody may do now; `None` when they may not even look.
    pub(crate) fn grant_of(
        &self,
        subject: &str,
        document: &waymark_sync::DocumentId,
    ) -> Option<Grant> {
        // A token that was damaged on its way is nobody's.
        if !self.people.iter().any(|person| person.name == subject) {
            return None;
        }
        let role = self.roles.get(subject).copied().unwrap_or(Role::Editor);
        let until = self.ends.get(subject).copied();
        let grant = Grant::new(subject, document.clone(), role, until);
        (!self.revoked.contains(subject) && grant.live_at(self.server_now())).then_some(grant)
    }

    /// Whether somebody has no access now.
    pub(crate) fn is_shut_out(&self, subject: &str) -> bool {
        let now = self.server_now();
        let ended = self.ends.get(subject).is_some_and(|end| *end <= now);
        ended || self.revoked.contains(subject)
    }

    /// Changes what a person may do, also in the sessions they have.
    pub fn give_role(&mut self, subject: &str, role: Role) {
        self.note(format_args!("{subject} is now {role:?}"));
        self.tally.count("role changed");
        self.roles.insert(subject.to_owned(), role);
        self.tell_grant(subject);
    }

    /// Takes all access away: live sessions close with 4403, new ones are refused.
    pub fn revoke(&mut self, subject: &str) {
        self.note(format_args!("{subject} has no access any more"));
        self.tally.count("access revoked");
        self.revoked.insert(subject.to_owned());
        self.shut_out.insert(subject.to_owned());
        self.tell_grant(subject);
    }

    /// Access that ends by itself after so many milliseconds of the server's clock.
    pub fn expire_access(&mut self, subject: &str, after: u64) {
        self.note(format_args!("{subject} has access for {after} ms"));
        self.tally.count("access ends by itself");
        let end = self.server_now() + Millis(after.max(1));
        self.ends.insert(subject.to_owned(), end);
        self.shut_out.insert(subject.to_owned());
        self.tell_grant(subject);
    }

    /// Gives access back, without an end.
    pub fn pardon(&mut self, subject: &str) {
        self.note(format_args!("{subject} has access again"));
        self.revoked.remove(subject);
        self.ends.remove(subject);
        self.tell_grant(subject);
    }

    /// Tells the rooms what somebody may do now.
    fn tell_grant(&mut self, subject: &str) {
        self.stir();
        let mut sessions = Vec::new();
        for (document, host) in &self.server.hosts {
            let of_subject = host
                .sessions
                .iter()
                .filter(|(_, book)| book.subject == subject);
            sessions.extend(of_subject.map(|(session, _)| (document.clone(), *session)));
        }
        for (document, session) in sessions {
            let grant = self.grant_of(subject, &document);
            self.post(&document, RoomInput::GrantChanged { session, grant });
        }
    }
}
