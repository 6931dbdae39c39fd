//! One comment of a thread, and what can be done with it.

use leptos::prelude::*;
use waymark_model::ids::{MessageId, PersonId};
use waymark_model::talk::{Message, Reaction, TalkCommand};

use super::composer::Composer;
use super::words::Words;
use crate::dom;
use crate::grid::Board;
use crate::icon::Icon;
use crate::presence::initials;
use crate::talk::me;

/// What a reaction looks like. Not letters of an emoji font, which not every device has.
fn sign(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Agree => "thumbs-up",
        Reaction::Disagree => "thumbs-down",
        Reaction::Love => "heart",
        Reaction::Laugh => "laugh",
        Reaction::Celebrate => "party-popper",
        Reaction::Look => "eye",
        Reaction::Question => "circle-question-mark",
    }
}

/// Somebody's face.
#[component]
pub fn Avatar(person: PersonId) -> impl IntoView {
    let voices = expect_context::<Board>().talk.voices;
    let voice = Memo::new(move |_| {
        let voice = voices.voice(&person);
        (initials(&voice.name), voice.colour)
    });
    view! {
        <span class="avatar small" style:--u=move || voice.get().1 aria-hidden="true">{move || voice.get().0}</span>
    }
}

/// When something was said: the time today, else the day.
pub(super) fn time_of(at: u64) -> String {
    let (day, now) = (dom::day(at), dom::unix_now());
    if day == dom::day(now) {
        dom::clock(at)
    } else {
        day
    }
}

/// The whole time, for who points at it.
fn long_time(at: u64) -> String {
    format!("{}, {}", dom::day(at), dom::clock(at))
}

#[component]
pub fn MessageView(message: Message) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let own = message.said.by == me::person();
    let editing = RwSignal::new(false);
    let author = message.said.by.clone();
    let voices = talk.voices;
    let name = move || voices.voice(&author).name;
    // Written long before it arrived: its own time counts, and both are told.
    let written = message.written_at.unwrap_or(message.said.at);
    let when = match message.written_at {
        Some(at) => format!(
            "Written {}, arrived {}",
            long_time(at),
            long_time(message.said.at)
        ),
        None => long_time(message.said.at),
    };
    let late = message.written_at.map(|_| {
        view! { <span class="talk-late" title=when.clone()>"written offline"</span> }
    });
    let edited = message
        .edited_at
        .map(|at| view! { <span title=long_time(at)>"edited"</span> });
    let id = message.id.clone();
    let here = {
        let id = id.clone();
        move || {
            let waits = talk.here.with(|here| here.contains(&id));
            waits.then(|| view! { <span class="talk-here" data-testid="talk-here">"On this device"</span> })
        }
    };
    let body = {
        let (id, text, deleted) = (id.clone(), message.text.clone(), message.deleted);
        move || {
            if deleted {
                return view! { <p class="talk-deleted">"Comment deleted"</p> }.into_any();
            }
            if !editing.get() {
                return view! { <Words text=text.clone() voices=voices /> }.into_any();
            }
            let message = id.clone();
            let on_send = Callback::new(move |text: String| {
                editing.set(false);
                let message = message.clone();
                talk.say(TalkCommand::Edit { message, text });
            });
            view! {
                <Composer
                    draft=format!("edit {id}")
                    label="Change the comment".to_owned()
                    submit="Save"
                    initial=text.clone()
                    on_send=on_send
                    on_leave=Callback::new(move |()| editing.set(false))
                />
            }
            .into_any()
        }
    };
    let datetime = dom::timestamp(written);
    let person = message.said.by.clone();
    view! {
        <li class="talk-message" class:own=own data-testid="talk-message" data-message=id.to_string()>
            <Avatar person=person />
            <div class="talk-message-body">
                <p class="talk-by">
                    <b>{name}</b>
                    <time datetime=datetime title=when>{time_of(written)}</time>
                    {late}{edited}{here}
                </p>
                {body}
                {(!message.deleted).then(|| view! { <Answers message=message own=own editing=editing /> })}
            </div>
        </li>
    }
    .into_any()
}

/// Reactions, and the buttons of a message.
#[component]
fn Answers(message: Message, own: bool, editing: RwSignal<bool>) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let (picking, may_say) = (RwSignal::new(false), talk.may_say());
    let id = message.id.clone();
    let mine = me::person();
    let given = Reaction::ALL.iter().filter_map(|reaction| {
        let people: Vec<&PersonId> = message
            .reactions
            .iter()
            .filter(|(it, _)| it == reaction)
            .map(|(_, person)| person)
            .collect();
        if people.is_empty() {
            return None;
        }
        let names: Vec<String> = people.iter().map(|it| talk.voices.name(it)).collect();
        let pressed = people.contains(&&mine);
        let label = format!("{}: {}", reaction.label(), names.join(", "));
        let (id, reaction, count) = (id.clone(), *reaction, people.len());
        Some(view! {
            <button
                class="talk-reaction"
                type="button"
                aria-pressed=pressed.to_string()
                aria-label=label.clone()
                title=label
                disabled=move || !may_say.get()
                on:click=move |_| toggle(board, &id, reaction, pressed)
            >
                <Icon name=sign(reaction) />
                {count}
            </button>
        })
    });
    let given = given.collect_view();
    let offers = {
        let (id, reactions) = (id.clone(), message.reactions.clone());
        move || {
            picking.get().then(|| {
                let offer = |reaction: &Reaction| {
                    let reaction = *reaction;
                    let pressed = reactions.contains(&(reaction, me::person()));
                    let id = id.clone();
                    view! {
                        <button
                            class="talk-reaction"
                            type="button"
                            aria-label=reaction.label()
                            title=reaction.label()
                            aria-pressed=pressed.to_string()
                            on:click=move |_| { picking.set(false); toggle(board, &id, reaction, pressed); }
                        >
                            <Icon name=sign(reaction) />
                        </button>
                    }
                };
                let offers = Reaction::ALL.iter().map(offer).collect_view();
                view! { <div class="talk-offers" role="group" aria-label="React">{offers}</div> }
            })
        }
    };
    let delete = {
        let id = id.clone();
        move |_| {
            let message = id.clone();
            talk.say(TalkCommand::Delete { message });
            board.state.announce("Comment deleted");
        }
    };
    let own_buttons = own.then(|| {
        view! {
            <button class="icon-button small" type="button" aria-label="Change this comment" title="Change" hidden=move || !may_say.get() on:click=move |_| editing.set(true)>
                <Icon name="pencil" />
            </button>
            <button class="icon-button small" type="button" aria-label="Delete this comment" title="Delete" hidden=move || !may_say.get() on:click=delete>
                <Icon name="trash-2" />
            </button>
        }
    });
    view! {
        <div class="talk-answers">
            {given}
            <button
                class="icon-button small"
                type="button"
                aria-label="React"
                title="React"
                aria-expanded=move || picking.get().to_string()
                hidden=move || !may_say.get()
                on:click=move |_| picking.update(|it| *it = !*it)
            >
                <Icon name="smile-plus" />
            </button>
            {own_buttons}
            {offers}
        </div>
    }
    .into_any()
}

fn toggle(board: Board, message: &MessageId, reaction: Reaction, on: bool) {
    let message = message.clone();
    board.talk.say(if on {
        TalkCommand::Unreact { message, reaction }
    } else {
        TalkCommand::React { message, reaction }
    });
}
