//! Threads as rows, under the stages that they are in.

use leptos::prelude::*;
use waymark_model::ids::{PersonId, StageId};
use waymark_model::talk::{Thread, Whereabouts, words};

use super::message::{Avatar, time_of};
use crate::dom;
use crate::grid::Board;
use crate::icon::Icon;
use crate::talk::order::Heading;
use crate::talk::{Filter, Mood, places};

/// How many letters of a comment a row shows.
const EXCERPT: usize = 140;
/// So many rows are drawn at first; more on demand.
const PAGE: usize = 60;

#[component]
pub fn List() -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let groups = Memo::new(move |_| talk.grouped(talk.listed()));
    let most = RwSignal::new(PAGE);
    let count =
        Memo::new(move |_| groups.with(|groups| groups.iter().map(|it| it.1.len()).sum::<usize>()));
    let rows = move || {
        let mut left = most.get();
        let mut shown = Vec::new();
        for (heading, mut threads) in groups.get() {
            if left == 0 {
                break;
            }
            let all = threads.len();
            threads.truncate(left);
            left -= threads.len();
            let orphans = (heading == Heading::Gone).then_some("talk-orphans");
            let hint = (heading == Heading::Gone).then(|| {
                view! { <p class="talk-shelf-hint">"What these are about was deleted. If it comes back, so do they."</p> }
            });
            shown.push(view! {
                <section class="talk-group" class:gone=orphans.is_some() data-testid=orphans aria-label=heading.words()>
                    <h3 class="talk-subheading">{heading.words()}" "<span>{all}</span></h3>
                    {hint}
                    <Rows threads=threads />
                </section>
            });
        }
        shown.collect_view()
    };
    view! {
        <Filters />
        {rows}
        {move || (count.get() == 0).then(|| view! { <Nothing /> })}
        {move || (count.get() > most.get()).then(|| view! {
            <button class="button talk-more" type="button" on:click=move |_| most.update(|most| *most += 2 * PAGE)>
                "Show more"
            </button>
        })}
    }
    .into_any()
}

/// Said in the place of rows.
#[component]
fn Nothing() -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let may_say = talk.may_say();
    let any = move || talk.talk.with(|talk| !talk.threads.is_empty());
    move || {
        if any() {
            view! {
                <div class="talk-empty" tabindex="-1">
                    <p>"No comment fits this filter."</p>
                    <button class="button" type="button" on:click=move |_| talk.filter.set(Filter { mood: Mood::All, ..Filter::default() })>"Show all comments"</button>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="talk-empty" tabindex="-1">
                    <Icon name="messages-square" />
                    <p><strong>"Nothing has been said yet."</strong></p>
                    <Show when=move || may_say.get()>
                        <p>"Go to a card, a step or a stage and press " <kbd>"C"</kbd> " to comment on it, or begin with the whole map."</p>
                        <button class="button" type="button" on:click=move |_| board.comment_on_map()>"Comment on the whole map"</button>
                    </Show>
                </div>
            }
            .into_any()
        }
    }
}

/// Threads, one under the other.
#[component]
pub fn Rows(threads: Vec<Thread>) -> impl IntoView {
    let rows = threads.into_iter();
    view! {
        <ul class="talk-rows">
            {rows.map(|thread| view! { <li><Row thread=thread /></li> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Row(thread: Thread) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let anchor = &thread.anchor;
    let gone = talk.whereabouts(&thread) == Whereabouts::Gone;
    let about = places::words(&board.state.map(), anchor);
    let path = anchor.path.join(" › ");
    let path = (!path.is_empty() && gone).then(|| view! { <span class="talk-path">{path}</span> });
    let icon = places::icon(&anchor.place);
    let first = &thread.messages[0];
    let (author, at) = (first.said.by.clone(), thread.last_at());
    let voices = talk.voices;
    let name = {
        let author = author.clone();
        move || voices.voice(&author).name
    };
    let said = if first.deleted {
        "Comment deleted".to_owned()
    } else {
        let plain = words::plain(&first.text, &|person| voices.voice(person).name);
        let plain = plain.replace('\n', " ");
        let short: String = plain.chars().take(EXCERPT).collect();
        if short.len() < plain.len() {
            short + "…"
        } else {
            short
        }
    };
    let replies = match thread.messages.len() - 1 {
        0 => None,
        1 => Some("1 reply".to_owned()),
        more => Some(format!("{more} replies")),
    };
    let ids: Vec<_> = thread.messages.iter().map(|it| it.id.clone()).collect();
    let here = move || {
        let waits = talk
            .here
            .with(|here| ids.iter().any(|id| here.contains(id)));
        waits.then(|| view! { <span class="talk-here">"On this device"</span> })
    };
    let assignee = thread.assignee.clone().map(|person| {
        view! { <span class="talk-chip"><Icon name="user-round" />{move || voices.voice(&person).name}</span> }
    });
    let due = thread.due.as_ref().map(|day| {
        let late = thread.is_open() && day.as_str() < dom::timestamp(dom::unix_now()).as_str();
        view! { <span class="talk-chip" class:late=late><Icon name="clock" />{day.to_string()}</span> }
    });
    let resolved = (!thread.is_open()).then(|| {
        view! { <span class="talk-chip done"><Icon name="circle-check" />"Resolved"</span> }
    });
    let id = thread.id.to_string();
    let open = {
        let thread = thread.clone();
        move |_| board.open_thread(&thread)
    };
    view! {
        <button class="talk-row" type="button" data-testid="talk-row" data-thread=id on:click=open>
            <span class="talk-about"><Icon name=icon />{path}<span>{about}</span></span>
            <span class="talk-said">{said}</span>
            <span class="talk-foot">
                <Avatar person=author />
                <b>{name}</b>
                <time>{time_of(at)}</time>
                {replies.map(|it| view! { <span>{it}</span> })}
                {here}{assignee}{due}{resolved}
            </span>
        </button>
    }
    .into_any()
}

/// Which threads are listed.
#[component]
fn Filters() -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let filter = talk.filter;
    let moods = [
        (Mood::Open, "Open"),
        (Mood::Resolved, "Resolved"),
        (Mood::All, "All"),
    ];
    let mood = move |(mood, words): (Mood, &'static str)| {
        view! {
            <button
                type="button"
                aria-pressed=move || filter.with(|it| it.mood == mood).to_string()
                on:click=move |_| filter.update(|it| it.mood = mood)
            >
                {words}
            </button>
        }
    };
    let authors = Memo::new(move |_| {
        let mut people: Vec<PersonId> = talk.talk.with(|talk| {
            let threads = talk.threads.iter();
            let messages = threads.flat_map(|it| &it.messages);
            messages.map(|it| it.said.by.clone()).collect()
        });
        people.sort_unstable();
        people.dedup();
        people
    });
    let author_options = move || {
        let people = authors.get().into_iter();
        let options = people.map(|id| {
            let value = id.to_string();
            let chosen = filter.with(|it| it.author.as_ref() == Some(&id));
            view! { <option value=value selected=chosen>{talk.voices.voice(&id).name}</option> }
        });
        options.collect_view()
    };
    let grid = board.state.grid();
    let stage_options = move || {
        grid.track();
        let map = board.state.map();
        let options = map.stages.iter().map(|stage| {
            let chosen = filter.with(|it| it.stage.as_ref() == Some(&stage.id));
            view! { <option value=stage.id.to_string() selected=chosen>{stage.title.clone()}</option> }
        });
        options.collect_view()
    };
    view! {
        <div class="talk-filters">
            <div class="talk-moods" role="group" aria-label="Which comments">{moods.map(mood).collect_view()}</div>
            <button
                class="talk-mine"
                type="button"
                aria-pressed=move || filter.with(|it| it.mine).to_string()
                on:click=move |_| filter.update(|it| it.mine = !it.mine)
            >
                "Mine"
            </button>
            <select
                aria-label="Stage"
                on:change=move |event| {
                    let stage = StageId::parse(&event_target_value(&event)).ok();
                    filter.update(|it| it.stage = stage);
                }
            >
                <option value="">"Every stage"</option>
                {stage_options}
            </select>
            <select
                aria-label="Author"
                on:change=move |event| {
                    let author = PersonId::parse(&event_target_value(&event)).ok();
                    filter.update(|it| it.author = author);
                }
            >
                <option value="">"Everybody"</option>
                {author_options}
            </select>
        </div>
    }
    .into_any()
}
