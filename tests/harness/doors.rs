//! The server's end of connections: who comes in, what is read and written.

use bytes::Bytes;
use waymark_sync::wire::Address;
use waymark_sync::{CloseReason, Dialect, Frame, Millis, RoomInput, SessionId, wire};

use crate::event::Event;
use crate::link::{ConnectionId, FarEnd, NearEnd, Parcel};
use crate::server::{Book, Power};
use crate::world::{Flaw, World};

impl World {
    pub(crate) fn on_knock(&mut self, connection: ConnectionId) {
        let way = self.way();
        let link = &mut self.connections[connection.0];
        if link.dead || link.near == NearEnd::Closed {
            return;
        }
        let answer_at = self.now + way;
        if self.server.power != Power::Up {
            link.far = FarEnd::Closed;
            self.queue.plan(answer_at, Event::PersonLearns(connection));
            return;
        }
        link.far = FarEnd::Waiting;
        link.down.not_before(answer_at);
        self.queue.plan(answer_at, Event::Opened(connection));
        if link.dialect == Dialect::YWebsocket {
            // The plain protocol brings its credentials with the request.
            let name = self.people[link.person.0].name.clone();
            let address = Address::of(&self.connections[connection.0].document);
            self.admit(connection, address, &name);
        }
    }

    fn admit(&mut self, connection: ConnectionId, address: Address, subject: &str) {
        let document = self.connections[connection.0].document.clone();
        let Some(grant) = self.grant_of(subject, &document) else {
            self.tally.count("refused at the door");
            self.close_connection(connection, CloseReason::Forbidden);
            return;
        };
        let era = self.era(&document);
        self.server.sessions += 1;
        let session = SessionId(self.server.sessions);
        let link = &mut self.connections[connection.0];
        link.far = FarEnd::Session(session);
        link.era = era;
        let dialect = link.dialect;
        self.note(format_args!(
            "{} joins as session {}",
            connection.0, session.0
        ));
        self.stir();
        let book = Book {
            connection,
            in_hand: 0,
            subject: subject.to_owned(),
            role: grant.role(),
            until: grant.until(),
        };
        self.host(&document).sessions.insert(session, book);
        self.post(
            &document,
            RoomInput::Join {
                session,
                dialect,
                address,
                grant,
            },
        );
    }

    /// Closes a connection from the server's side, after what its writer still holds.
    pub(crate) fn close_connection(&mut self, connection: ConnectionId, reason: CloseReason) {
        let link = &mut self.connections[connection.0];
        link.far = FarEnd::Closed;
        link.closing = Some(reason);
        self.pump(connection);
    }

    /// Moves what fits from the writer onto the wire.
    pub(crate) fn pump(&mut self, connection: ConnectionId) {
        let (now, room) = (self.now, self.weather.socket_bytes);
        loop {
            let (way, pause) = (self.way(), Millis(self.rng.below(3)));
            let link = &mut self.connections[connection.0];
            let Some(next) = link.writer.front() else {
                break;
            };
            if link.down.bytes() > 0 && link.down.bytes() + next.len() > room {
                return;
            }
            let Some(message) = link.writer.pop_front() else {
                break;
            };
            let arrives = link.down.send(now, way, Parcel::Message(message));
            if !link.dead {
                self.queue.plan(arrives, Event::Down(connection));
            }
            self.queue.plan(now + pause, Event::Written(connection));
        }
        let way = self.way();
        let link = &mut self.connections[connection.0];
        if let Some(reason) = link.closing.take() {
            let (code, reason) = (reason.code(), reason.text().to_owned());
            let arrives = link.down.send(now, way, Parcel::Close { code, reason });
            if !link.dead {
                self.queue.plan(arrives, Event::Down(connection));
            }
        }
    }

    pub(crate) fn on_written(&mut self, connection: ConnectionId) {
        let link = &self.connections[connection.0];
        let (document, session) = (link.document.clone(), link.session());
        let host = self.server.hosts.get_mut(&document);
        let Some((session, host)) = session.zip(host) else {
            return;
        };
        if let Some(book) = host.sessions.get_mut(&session) {
            book.in_hand = book.in_hand.saturating_sub(1);
            self.post(&document, RoomInput::Sent { session });
        }
    }

    pub(crate) fn on_up(&mut self, connection: ConnectionId) {
        let link = &mut self.connections[connection.0];
        if link.dead {
            return;
        }
        let Some(parcel) = link.up.arrive() else {
            return;
        };
        match (parcel, link.far) {
            (Parcel::Message(message), FarEnd::Waiting) => {
                self.observe_traffic("up", connection, &message);
                self.on_first_message(connection, &message);
            }
            (Parcel::Message(message), FarEnd::Session(session)) => {
                self.observe_traffic("up", connection, &message);
                self.overhear(self.connections[connection.0].dialect, &message);
                self.on_message(connection, session, &message);
            }
            (Parcel::Close { .. }, _) => self.on_server_learns(connection),
            (Parcel::Message(_), FarEnd::Nothing | FarEnd::Closed) => {}
        }
    }

    fn on_first_message(&mut self, connection: ConnectionId, message: &Bytes) {
        let document = self.connections[connection.0].document.clone();
        let address = wire::peek_address(message).ok();
        let frame = wire::decode(
            Dialect::Hocuspocus,
            &document,
            message,
            &self.weather.limits,
        );
        match (address, frame) {
            (Some(address), Ok(Frame::AuthToken(token))) if *address.document() == document => {
                self.admit(connection, address, &token);
            }
            (_, other) => {
                let person = self.connections[connection.0].person;
                if self.people[person.0].is_honest() {
                    self.violate(format!("the first message is no token: {other:?}"));
                }
                self.close_connection(connection, CloseReason::Malformed);
            }
        }
    }

    fn on_message(&mut self, connection: ConnectionId, session: SessionId, message: &Bytes) {
        let link = &self.connections[connection.0];
        let (document, dialect) = (link.document.clone(), link.dialect);
        match wire::decode(dialect, &document, message, &self.weather.limits) {
            Ok(frame) => {
                if self.flaw == Some(Flaw::MasksPass) {
                    self.pass_mask(connection, &frame);
                }
                self.post(&document, RoomInput::Frame { session, frame });
            }
            Err(error) => self.on_unreadable(connection, &error.to_string()),
        }
    }

    /// A deliberate fault: what somebody hostile says of others reaches everybody.
    fn pass_mask(&mut self, from: ConnectionId, frame: &Frame) {
        let link = &self.connections[from.0];
        let honest = self.people[link.person.0].is_honest();
        if honest || !matches!(frame, Frame::Awareness(_)) {
            return;
        }
        let document = link.document.clone();
        let Some(host) = self.server.hosts.get(&document) else {
            return;
        };
        let others: Vec<_> = host.sessions.values().map(|book| book.connection).collect();
        for connection in others.into_iter().filter(|other| *other != from) {
            let link = &mut self.connections[connection.0];
            if let Some(message) = wire::encode(link.dialect, &document, frame) {
                link.writer.push_back(message);
                self.pump(connection);
            }
        }
    }

    /// What is no message at all closes the connection before any room sees it.
    fn on_unreadable(&mut self, connection: ConnectionId, problem: &str) {
        let link = &self.connections[connection.0];
        if self.people[link.person.0].is_honest() {
            self.violate(format!("a client sent what is not a frame: {problem}"));
        }
        self.tally.count("closed with 4400 at the door");
        self.on_server_learns(connection);
        self.close_connection(connection, CloseReason::Malformed);
    }

    pub(crate) fn on_server_learns(&mut self, connection: ConnectionId) {
        if self.flaw == Some(Flaw::GhostsStay) {
            return;
        }
        let link = &mut self.connections[connection.0];
        let (session, document) = (link.session(), link.document.clone());
        link.far = FarEnd::Closed;
        let Some(session) = session else {
            return;
        };
        self.stir();
        self.note(format_args!("the server loses {}", connection.0));
        let host = self.server.hosts.get_mut(&document);
        let known = host.is_some_and(|host| {
            let known = host.sessions.remove(&session).is_some();
            host.departed.extend(known.then_some(session));
            known
        });
        if known {
            self.post(&document, RoomInput::Leave { session });
        }
    }
}
