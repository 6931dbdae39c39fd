//! The bar at the top: what map this is, whether it is saved, and who is here.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::TextField;
use waymark_model::map::MapKind;

use super::persona::PersonaChip;
use super::views::{ViewItems, Views};
use crate::grid::Board;
use crate::icon::Icon;
use crate::panels::field::InPlace;
use crate::panels::filters::{self, FilterButton};
use crate::panels::inbox::Inbox;
use crate::panels::people::{self, People};
use crate::panels::popover::{self, Popover};
use crate::panels::profile_form::OwnAvatar;
use crate::panels::refused::MayMark;
use crate::panels::share::{self, ShareButton};
use crate::panels::talk::TalkButton;
use crate::state::MapState;
use crate::status::SaveStatus;

/// The title's field, for the cursor of a new map.
pub(super) const TITLE_ID: &str = "map-title";

#[component]
pub fn Bar() -> impl IntoView {
    let map = expect_context::<MapState>();
    let board = expect_context::<Board>();
    let frame = map.frame();
    let title = Memo::new(move |_| frame.with(|frame| frame.title.clone()));
    view! {
        <header class="top">
            <a class="skip-link" href="#map-body">"Skip to the map"</a>
            <a class="home-link" href="/" aria-label="All journeys" title="All journeys">
                <span class="logo" aria-hidden="true"></span>
                <Icon name="chevron-left" />
            </a>
            <nav class="crumb" aria-label="Breadcrumb">
                <a href="/">"Journeys"</a>
                <span aria-hidden="true">"›"</span>
            </nav>
            <h1 class="title" tabindex="-1">
                <InPlace
                    field=TextField::MapTitle
                    value=title
                    label="Title of the map"
                    placeholder="Name this journey"
                    class="title-text"
                    id=TITLE_ID
                />
            </h1>
            <PersonaChip />
            <KindChip />
            <span class="grow"></span>
            <Views />
            <History />
            <Search />
            <FilterButton />
            <TalkButton />
            <Inbox live=board.talk.unread.into() map=map.key() />
            <MayMark />
            <SaveStatus />
            <People />
            <OwnAvatar />
            <Export />
            <ShareButton />
            <More />
        </header>
    }
}

/// What has no room in the bar of a phone.
#[component]
fn More() -> impl IntoView {
    const POPOVER: &str = "more";
    let board = expect_context::<Board>();
    let map = expect_context::<MapState>();
    let (can_undo, can_redo) = (map.can_undo(), map.can_redo());
    let button = || view! { <Icon name="ellipsis" /> };
    view! {
        <Popover id=POPOVER label="More" class="icon-button more-button" button_label="More" button=button>
            <ul class="menu-list">
                <li>
                    <button class="menu-item" on:click=move |_| { popover::close(POPOVER); board.open_find(); }>
                        <Icon name="search" />
                        "Search in the map"
                    </button>
                </li>
                <li>
                    <button class="menu-item" on:click=move |_| { popover::close(POPOVER); popover::show(filters::POPOVER); }>
                        <Icon name="funnel" />
                        "Filter…"
                    </button>
                </li>
                <li>
                    <button class="menu-item" on:click=move |_| { popover::close(POPOVER); board.toggle_talk(); }>
                        <Icon name="messages-square" />
                        "Comments"
                    </button>
                </li>
                <li>
                    <button class="menu-item" disabled=move || !can_undo.get() on:click=move |_| map.undo()>
                        <Icon name="undo-2" />
                        "Undo"
                    </button>
                </li>
                <li>
                    <button class="menu-item" disabled=move || !can_redo.get() on:click=move |_| map.redo()>
                        <Icon name="redo-2" />
                        "Redo"
                    </button>
                </li>
                <li>
                    <button class="menu-item" on:click=move |_| { popover::close(POPOVER); popover::show(people::list::POPOVER); }>
                        <Icon name="users-round" />
                        "Who is where"
                    </button>
                </li>
                <li>
                    <button class="menu-item" on:click=move |_| { popover::close(POPOVER); popover::show(share::POPOVER); }>
                        <Icon name="share-2" />
                        "Share…"
                    </button>
                </li>
                <ViewItems popover=POPOVER />
                <ExportLinks popover=POPOVER />
            </ul>
        </Popover>
    }
}

/// Opens the search.
#[component]
fn Search() -> impl IntoView {
    let board = expect_context::<Board>();
    view! {
        <button
            class="icon-button search-button"
            aria-label="Search in the map"
            title="Search in the map (Ctrl+F)"
            data-command="map.find"
            on:click=move |_| board.open_find()
        >
            <Icon name="search" />
        </button>
    }
}

#[component]
fn History() -> impl IntoView {
    let map = expect_context::<MapState>();
    let (can_undo, can_redo) = (map.can_undo(), map.can_redo());
    view! {
        <div class="history" role="group" aria-label="History">
            <button
                class="icon-button"
                aria-label="Undo"
                title="Undo (Ctrl+Z)"
                disabled=move || !can_undo.get()
                on:click=move |_| map.undo()
            >
                <Icon name="undo-2" />
            </button>
            <button
                class="icon-button"
                aria-label="Redo"
                title="Redo (Ctrl+Shift+Z)"
                disabled=move || !can_redo.get()
                on:click=move |_| map.redo()
            >
                <Icon name="redo-2" />
            </button>
        </div>
    }
}

#[component]
fn KindChip() -> impl IntoView {
    const POPOVER: &str = "map-kind";
    let map = expect_context::<MapState>();
    let frame = map.frame();
    let kind = Memo::new(move |_| frame.with(|frame| frame.kind));
    let label = Signal::derive(move || format!("Kind of map: {}", kind.get().label()));
    let choice = move |value: MapKind| {
        let choose = move |_| {
            let _ = map.edit(Edit::SetMapKind(value));
            popover::close(POPOVER);
        };
        view! {
            <li>
                <button
                    class="menu-item"
                    aria-pressed=move || (kind.get() == value).to_string()
                    on:click=choose
                >
                    <span class="menu-check">
                        <Show when=move || kind.get() == value>
                            <Icon name="check" />
                        </Show>
                    </span>
                    {value.label()}
                </button>
            </li>
        }
    };
    view! {
        <Popover
            id=POPOVER
            label="Kind of map"
            class="pill kind-chip"
            button_label=label
            button=move || view! { <span>{move || kind.get().label()}</span> }
        >
            <ul class="menu-list">{MapKind::ALL.iter().copied().map(choice).collect_view()}</ul>
        </Popover>
    }
}

#[component]
fn Export() -> impl IntoView {
    const POPOVER: &str = "export";
    let button = || view! { <Icon name="download" /> <span class="button-word">"Export"</span> };
    view! {
        <Popover id=POPOVER label="Export" class="button export" button_label="Export this map" button=button>
            <ul class="menu-list">
                <ExportLinks popover=POPOVER />
            </ul>
        </Popover>
    }
}

/// Both formats, as items of a menu.
#[component]
fn ExportLinks(
    /// The popover they are in.
    popover: &'static str,
) -> impl IntoView {
    let key = expect_context::<MapState>().key();
    let link = move |format: &'static str, word: &'static str, hint: &'static str| {
        let address = crate::api::export_address(&key, format);
        view! {
            <li>
                <a class="menu-item" href=address download="" on:click=move |_| popover::close(popover)>
                    <Icon name="download" />
                    <span>{word}</span>
                    <small>{hint}</small>
                </a>
            </li>
        }
    };
    view! {
        {link("yaml", "YAML file", "Easy to read and to compare")}
        {link("json", "JSON file", "For other programs")}
    }
}
