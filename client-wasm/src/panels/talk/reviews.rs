//! Asking others to look at the map, and saying that one has.

use leptos::prelude::*;
use waymark_model::ids::{PersonId, ReviewId};
use waymark_model::talk::{Day, Review, TalkCommand};

use super::message::{Avatar, time_of};
use super::words::Words;
use crate::grid::Board;
use crate::icon::Icon;
use crate::talk::me;
use crate::{dom, route};

#[component]
pub fn Reviews() -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let (asking, may_say) = (RwSignal::new(false), talk.may_say());
    let reviews = Memo::new(move |_| {
        let mut reviews = talk.talk.with(|talk| talk.reviews.clone());
        reviews.retain(|review| !review.withdrawn);
        reviews.reverse();
        reviews
    });
    let rows = move || {
        let rows = reviews.get().into_iter();
        rows.map(|review| view! { <ReviewCard review=review /> })
            .collect_view()
    };
    view! {
        <div class="talk-reviews">
            {move || if !may_say.get() {
                ().into_any()
            } else if asking.get() {
                view! { <Ask done=Callback::new(move |()| asking.set(false)) /> }.into_any()
            } else {
                view! {
                    <button class="button" type="button" data-first="" on:click=move |_| asking.set(true)>
                        <Icon name="eye" />
                        "Ask for a review"
                    </button>
                }
                .into_any()
            }}
            {rows}
            {move || (reviews.with(Vec::is_empty) && !asking.get()).then(|| view! {
                <p class="talk-empty" tabindex="-1">
                    {if may_say.get() {
                        "Ask people to look at this map as you see it now, until a day, with your questions."
                    } else {
                        "Nobody has asked for a review of this map."
                    }}
                </p>
            })}
        </div>
    }
    .into_any()
}

/// Who, until when, and what for.
#[component]
fn Ask(done: Callback<()>) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let chosen = RwSignal::new(Vec::<PersonId>::new());
    let until = RwSignal::new(String::new());
    let questions = RwSignal::new(String::new());
    let people = talk.voices.everybody().into_iter();
    let people: Vec<_> = people.filter(|(id, _)| *id != me::person()).collect();
    let nobody = people.is_empty();
    let boxes = people.into_iter().map(|(id, voice)| {
        let person = id.clone();
        let on_change = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                chosen.retain(|it| *it != person);
                if on {
                    chosen.push(person.clone());
                }
            });
        };
        view! {
            <label class="talk-person">
                <input type="checkbox" on:change=on_change />
                <Avatar person=id />
                {voice.name}
            </label>
        }
    });
    let boxes = boxes.collect_view();
    let ask = move || {
        let query = route::Query::here()
            .with("thread", None)
            .with("details", None);
        let pairs: Vec<String> = query.pairs().map(|(k, v)| format!("{k}={v}")).collect();
        let view = match pairs.join("&") {
            text if text.is_empty() => text,
            text => format!("?{text}"),
        };
        talk.say(TalkCommand::RequestReview {
            review: ReviewId::from_random(dom::random()),
            who: chosen.get_untracked(),
            view,
            until: Day::parse(&until.get_untracked()).ok(),
            questions: questions.get_untracked(),
        });
        board.state.announce("Asked for a review");
        done.run(());
    };
    view! {
        <form class="talk-ask" on:submit=move |event| { event.prevent_default(); ask(); }>
            <fieldset>
                <legend>"Who should look at this view?"</legend>
                {boxes}
                {nobody.then(|| view! { <p class="talk-shelf-hint">"Nobody else has been on this map yet. Send them its link first."</p> })}
            </fieldset>
            <label>
                "Until"
                <input type="date" on:input=move |event| until.set(event_target_value(&event)) />
            </label>
            <label>
                "Questions"
                <textarea rows="3" data-first="" placeholder="What should they look at?" on:input=move |event| questions.set(event_target_value(&event))></textarea>
            </label>
            <div class="talk-send">
                <button class="button" type="button" on:click=move |_| done.run(())>"Cancel"</button>
                <button class="button primary" type="submit" disabled=move || chosen.with(Vec::is_empty)>"Ask"</button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn ReviewCard(review: Review) -> impl IntoView {
    let board = expect_context::<Board>();
    let talk = board.talk;
    let mine = me::person();
    let asked_me = review.who.contains(&mine);
    let is_done = review.done.iter().any(|mark| mark.by == mine);
    let asker = review.asked.by.clone();
    let by_me = asker == mine;
    let name = move || talk.voices.voice(&asker).name;
    let count = format!("{} of {} done", review.done.len(), review.who.len());
    let people = review.who.iter().map(|person| {
        let done = review.done.iter().find(|mark| mark.by == *person);
        let when = done.map(|mark| format!(" · done {}", time_of(mark.at)));
        let (id, face) = (person.clone(), person.clone());
        view! {
            <li class:done=done.is_some()>
                <Avatar person=face />
                <span>{move || talk.voices.voice(&id).name}{when}</span>
                {done.map(|_| view! { <Icon name="check" /> })}
            </li>
        }
    });
    let people = people.collect_view();
    let until = review.until.as_ref().map(|day| {
        view! { <span class="talk-chip"><Icon name="clock" />{day.to_string()}</span> }
    });
    let link = format!("/map/{}{}", board.state.key(), review.view);
    let id = review.id.clone();
    let may_say = talk.may_say();
    let mark = asked_me.then(|| {
        let id = id.clone();
        let words = if is_done { "Not done yet" } else { "I have looked" };
        view! {
            <button
                class="button small"
                class:primary=!is_done
                type="button"
                hidden=move || !may_say.get()
                on:click=move |_| talk.say(TalkCommand::MarkReview { review: id.clone(), done: !is_done })
            >
                {words}
            </button>
        }
    });
    let withdraw = by_me.then(|| {
        let id = id.clone();
        view! {
            <button class="button small" type="button" hidden=move || !may_say.get() on:click=move |_| talk.say(TalkCommand::WithdrawReview { review: id.clone() })>
                "Take back"
            </button>
        }
    });
    view! {
        <article class="talk-review" data-testid="talk-review" data-review=id.to_string()>
            <p class="talk-by"><b>{name}</b>" asks for a review"<time>{time_of(review.asked.at)}</time></p>
            {(!review.questions.is_empty()).then(|| view! { <Words text=review.questions.clone() voices=talk.voices /> })}
            <ul class="talk-reviewers">{people}</ul>
            <p class="talk-foot"><span class="talk-chip">{count}</span>{until}</p>
            <p class="talk-tools"><a class="button small" href=link>"Open the view"</a>{mark}{withdraw}</p>
        </article>
    }
    .into_any()
}
