//! One thread: what it is about, what is said, and what is to be done about it.

use leptos::prelude::*;
use waymark_model::ids::{MessageId, PersonId, ThreadId};
use waymark_model::talk::{Anchor, Day, TalkCommand, Thread, Whereabouts};

use super::composer::Composer;
use super::message::MessageView;
use crate::dom;
use crate::grid::Board;
use crate::icon::Icon;
use crate::talk::{View, places};

#[component]
pub fn ThreadView(id: ThreadId) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let thread = {
        let id = id.clone();
        Memo::new(move |_| talk.thread(&id))
    };
    let there = Memo::new(move |_| thread.with(Option::is_some));
    let link = talk.link_to(&id);
    let body = move || {
        if there.get() {
            view! { <Inside id=id.clone() thread=thread /> }.into_any()
        } else {
            view! { <p class="talk-empty">"This comment is not there any more."</p> }.into_any()
        }
    };
    let copy = move |_| {
        let link = link.clone();
        leptos::task::spawn_local(async move {
            let told = if dom::copy(&link).await {
                "Copied the link to this comment".to_owned()
            } else {
                format!("This browser does not let pages copy. The link is {link}")
            };
            crate::toast::show(told);
        });
    };
    view! {
        <div class="talk-way">
            <button class="talk-back" type="button" on:click=move |_| talk.show(View::List)>
                <Icon name="chevron-left" />
                "All comments"
            </button>
            <button class="icon-button small" type="button" aria-label="Copy the link to this comment" title="Copy link" on:click=copy>
                <Icon name="link" />
            </button>
        </div>
        {body}
    }
    .into_any()
}

#[component]
fn Inside(id: ThreadId, thread: Memo<Option<Thread>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let messages = Memo::new(move |_| {
        thread.with(|thread| {
            thread
                .as_ref()
                .map(|it| it.messages.clone())
                .unwrap_or_default()
        })
    });
    let open = Memo::new(move |_| thread.with(|it| it.as_ref().is_some_and(Thread::is_open)));
    let on_send = {
        let id = id.clone();
        Callback::new(move |text: String| {
            talk.say(TalkCommand::Reply {
                thread: id.clone(),
                message: MessageId::from_random(dom::random()),
                text,
            });
        })
    };
    let (may_say, draft) = (talk.may_say(), format!("thread {id}"));
    let composer = move || {
        let draft = draft.clone();
        may_say.get().then(|| {
            view! {
                <Composer
                    draft=draft
                    label="Reply".to_owned()
                    submit="Reply"
                    placeholder="Reply"
                    // On a phone the keyboard would hide what one came to read.
                    first=!board.is_narrow()
                    on_send=on_send
                    on_leave=Callback::new(move |()| talk.show(View::List))
                />
            }
        })
    };
    let resolved = move || {
        thread.with(|thread| {
            let mark = thread.as_ref()?.resolved.clone()?;
            let name = talk.voices.voice(&mark.by).name;
            Some(view! {
                <p class="talk-resolved" role="status">
                    <Icon name="circle-check" />
                    {format!("Resolved by {name}, {}", super::message::time_of(mark.at))}
                </p>
            })
        })
    };
    view! {
        <article class="talk-thread" class:done=move || !open.get() data-thread=id.to_string() aria-label="Comment">
            <About thread=thread />
            <Tools id=id.clone() thread=thread open=open />
            {resolved}
            <ol class="talk-messages">
                <For each=move || messages.get() key=|it| (it.id.clone(), it.text.clone(), it.edited_at, it.deleted, it.reactions.clone(), it.said.at) let:message>
                    <MessageView message=message />
                </For>
            </ol>
            {composer}
        </article>
    }
    .into_any()
}

/// What it is about, and the way there.
#[component]
fn About(thread: Memo<Option<Thread>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let anchor = Memo::new(move |_| {
        thread.with(|thread| {
            let thread = thread.as_ref()?;
            let there = talk.whereabouts(thread) != Whereabouts::Gone;
            Some((thread.anchor.clone(), there))
        })
    });
    move || {
        let (anchor, there) = anchor.get()?;
        let Anchor { place, path, .. } = &anchor;
        let words = places::words(&board.state.map(), &anchor);
        let icon = places::icon(place);
        let noun = places::noun(place);
        let path = path.join(" › ");
        let path = (!path.is_empty()).then(|| view! { <span class="talk-path">{path}</span> });
        let spot = places::spot_of(place);
        Some(match spot.filter(|_| there) {
            Some(spot) => view! {
                <button class="talk-place" type="button" title="Go there" on:click=move |_| board.light_up(spot.clone())>
                    <Icon name=icon />
                    <span><small>{noun}{path}</small><b>{words}</b></span>
                </button>
            }
            .into_any(),
            None if there => view! {
                <p class="talk-place"><Icon name=icon /><span><small>{noun}</small><b>{words}</b></span></p>
            }
            .into_any(),
            None => view! {
                <p class="talk-place gone">
                    <Icon name=icon />
                    <span><small>{noun}" deleted"{path}</small><b>{words}</b></span>
                </p>
            }
            .into_any(),
        })
    }
}

/// Resolving, who sees to it, until when, and the link.
#[component]
fn Tools(id: ThreadId, thread: Memo<Option<Thread>>, open: Memo<bool>) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let assignee = Memo::new(move |_| thread.with(|it| it.as_ref()?.assignee.clone()));
    let due = Memo::new(move |_| thread.with(|it| it.as_ref()?.due.as_ref().map(Day::to_string)));
    let resolve = {
        let id = id.clone();
        move |_| {
            let thread = id.clone();
            if open.get_untracked() {
                talk.say(TalkCommand::Resolve { thread });
                board.state.announce("Resolved");
            } else {
                talk.say(TalkCommand::Reopen { thread });
                board.state.announce("Open again");
            }
        }
    };
    let assign = {
        let id = id.clone();
        move |event| {
            talk.say(TalkCommand::Assign {
                thread: id.clone(),
                to: PersonId::parse(&event_target_value(&event)).ok(),
            });
        }
    };
    let set_due = {
        let id = id.clone();
        move |event| {
            talk.say(TalkCommand::SetDue {
                thread: id.clone(),
                day: Day::parse(&event_target_value(&event)).ok(),
            });
        }
    };
    let people = move || {
        let now = assignee.get();
        talk.talk.track();
        let mut everybody = talk.voices.everybody();
        if let Some(person) = now
            .clone()
            .filter(|it| !everybody.iter().any(|(id, _)| id == it))
        {
            let voice = talk.voices.voice(&person);
            everybody.push((person, voice));
        }
        let options = everybody.into_iter().map(|(person, voice)| {
            let chosen = now.as_ref() == Some(&person);
            view! { <option value=person.to_string() selected=chosen>{voice.name}</option> }
        });
        options.collect_view()
    };
    let may_say = talk.may_say();
    view! {
        <div class="talk-tools">
            <button class="button small talk-resolve" type="button" hidden=move || !may_say.get() on:click=resolve>
                {move || if open.get() {
                    view! { <Icon name="check" /> "Resolve" }.into_any()
                } else {
                    view! { <Icon name="rotate-ccw" /> "Reopen" }.into_any()
                }}
            </button>
            <label class="talk-tool" title="Who sees to it">
                <Icon name="user-round" />
                <select aria-label="Assigned to" disabled=move || !may_say.get() on:change=assign>
                    <option value="" selected=move || assignee.with(Option::is_none)>"Nobody"</option>
                    {people}
                </select>
            </label>
            <label class="talk-tool" title="Until when">
                <Icon name="clock" />
                <input type="date" aria-label="Due" disabled=move || !may_say.get() prop:value=move || due.get().unwrap_or_default() on:change=set_due />
            </label>
        </div>
    }
    .into_any()
}

impl Board {
    /// Begins a thread and shows it.
    pub(super) fn start_thread(&self, anchor: Anchor, text: String) {
        let thread = ThreadId::from_random(dom::random());
        self.talk.say(TalkCommand::Start {
            thread: thread.clone(),
            message: MessageId::from_random(dom::random()),
            anchor,
            text,
        });
        self.talk.show(View::Thread(thread));
        self.state.announce("Comment added");
    }
}
