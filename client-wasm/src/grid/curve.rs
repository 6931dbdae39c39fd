//! The emotion curve: how the journey feels, drawn over all steps.

pub(crate) mod flags;
pub(crate) mod plot;
mod point;
pub(crate) mod table;
pub(crate) mod whose;

use leptos::prelude::*;
use waymark_model::rhythm::Run;

use self::flags::{Flag, Pattern};
use self::plot::{Drawing, FLAGS, Plot};
use self::whose::Other;
use super::board::Board;
use crate::icon::Icon;

pub(crate) use self::point::{Levels, Point, spoken, value_at};

/// The width of a column in the table, as in the style sheet.
pub(crate) const COLUMN: f64 = 168.0;

const HINT: &str = "How does each step feel? Click above or below the line, or press 1 to 5.";

/// The colours of the line, from top to bottom.
const STOPS: [(&str, &str); 3] = [
    ("stop-positive", "0"),
    ("stop-neutral", "0.5"),
    ("stop-negative", "1"),
];

/// The plot all parts of the curve share.
pub(crate) fn plot(board: Board) -> Memo<Plot> {
    let (frame, rhythm) = (board.state.frame(), board.state.rhythm());
    Memo::new(move |_| {
        let scale = frame.with(|frame| frame.scale);
        Plot::new(
            scale.min,
            scale.max,
            scale.step,
            COLUMN,
            rhythm.with(flags::needs_bracket),
        )
    })
}

/// The drawing behind the faces of the emotion lane.
#[component]
pub(crate) fn CurveLayer() -> impl IntoView {
    let board = Board::here();
    let (values, rhythm) = (board.state.emotions(), board.state.rhythm());
    let plot = plot(board);
    let by_column = move || {
        let columns = board.columns.steps();
        values.with(|values| {
            values
                .iter()
                .filter_map(|(step, value)| Some((*columns.get(step)?, *value)))
                .collect::<Vec<_>>()
        })
    };
    let drawing = Memo::new(move |_| plot::draw(&plot.get(), &by_column()));
    let others = whose::others(board, plot, move |_, step| {
        board.columns.steps().get(step).copied()
    });
    let flags = Memo::new(move |_| {
        rhythm.with(|rhythm| {
            values.with(|values| flags::flags(rhythm, values, &board.columns.steps(), &plot.get()))
        })
    });
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are never so many columns"
    )]
    let width = move || board.columns.count() as f64 * COLUMN;
    let unset = Memo::new(move |_| {
        values.with(|values| !values.is_empty() && values.iter().all(|(_, value)| value.is_none()))
    });
    view! {
        <div class="curve" style:height=move || format!("{}px", plot.get().height) style:width=move || format!("{}px", width())>
            <Lines drawing=drawing plot=plot width=Signal::derive(width) gradient="curve-stroke" others=others />
            <Names of=others />
            <Brackets flags=flags />
            <div class="flags" aria-hidden="true">
                {move || flags.get().into_iter().map(|flag| view! { <FlagView flag=flag /> }).collect_view()}
            </div>
            <Summary />
            // For pointers alone, as a row holds cells only: the command is the others' way.
            <button
                class="curve-as-table"
                type="button"
                tabindex="-1"
                data-opens=""
                title="The curve as a table"
                aria-hidden="true"
                on:click=move |_| board.command("map.curve-table")
            >
                <Icon name="table-2" />
            </button>
            {move || unset.get().then(|| view! { <p class="curve-hint">{HINT}</p> })}
        </div>
    }
    .into_any()
}

/// The lines themselves.
#[component]
pub(crate) fn Lines(
    drawing: Memo<Drawing>,
    plot: Memo<Plot>,
    width: Signal<f64>,
    /// The id of its gradient, different for each drawing in a page.
    gradient: &'static str,
    /// The lines behind it.
    others: Memo<Vec<Other>>,
    /// Whether it fills its box, however wide that is.
    #[prop(optional)]
    stretch: bool,
) -> impl IntoView {
    let stroke = format!("url(#{gradient})");
    let height = move || plot.get().height;
    let view_box = move || format!("0 0 {} {}", width.get(), height());
    let own_width = move || {
        if stretch {
            "100%".to_owned()
        } else {
            width.get().to_string()
        }
    };
    view! {
        <svg class="curve-lines" width=own_width height=height viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
            <defs>
                <linearGradient
                    id=gradient
                    gradientUnits="userSpaceOnUse"
                    x1="0"
                    x2="0"
                    y1=move || plot.get().top
                    y2=move || plot.get().bottom
                >
                    {STOPS.map(|(class, offset)| view! { <stop class=class offset=offset></stop> })}
                </linearGradient>
            </defs>
            <line class="curve-middle" x1="0" x2=width y1=move || plot.get().middle() y2=move || plot.get().middle()></line>
            {move || others.get().into_iter().map(|other| view! { <path class="curve-other" d=other.path></path> }).collect_view()}
            <path class="curve-area" d=move || drawing.with(|drawing| drawing.area.clone()) fill=stroke.clone()></path>
            <path class="curve-gaps" d=move || drawing.with(|drawing| drawing.gaps.clone())></path>
            <path class="curve-line" d=move || drawing.with(|drawing| drawing.line.clone()) stroke=stroke></path>
        </svg>
    }
    .into_any()
}

/// Who feels like that, where each line of another begins.
#[component]
fn Names(of: Memo<Vec<Other>>) -> impl IntoView {
    let name = |other: Other| {
        let (x, y) = other.start;
        view! { <span class="curve-other-name" style:left=format!("{x}px") style:top=format!("{y}px")>{other.name}</span> }
    };
    view! { <div aria-hidden="true">{move || of.get().into_iter().map(name).collect_view()}</div> }
        .into_any()
}

/// The brackets over sawtooth runs.
#[component]
fn Brackets(flags: Memo<Vec<Flag>>) -> impl IntoView {
    let brackets = move || {
        let spans = flags.with(|flags| {
            flags
                .iter()
                .filter_map(|flag| flag.span)
                .collect::<Vec<_>>()
        });
        let bracket = |(from, to): (f64, f64)| {
            let y = FLAGS / 2.0 + 1.0;
            let path = format!("M{from},{}V{y}H{to}V{}", y + 7.0, y + 7.0);
            view! { <path class="curve-bracket" d=path></path> }
        };
        spans.into_iter().map(bracket).collect_view()
    };
    view! { <svg class="curve-brackets" aria-hidden="true">{brackets}</svg> }.into_any()
}

/// Whose rule is shown on the curve.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tip {
    /// That of the label pointed at, by its first step.
    Flag(Pattern, waymark_model::ids::StepId),
    /// Those of the labels of a step that has focus.
    Step(waymark_model::ids::StepId),
}

#[component]
fn FlagView(flag: Flag) -> impl IntoView {
    let name = match flag.pattern {
        Pattern::Drop => "drop",
        Pattern::Trough => "trough",
        Pattern::Peak => "peak",
        Pattern::Sawtooth => "sawtooth",
    };
    let board = Board::here();
    // Pointing at it shows its rule, or at the rule itself; so does focus on its step.
    let steps = flag.steps.clone();
    let spot = flag.steps.first().cloned();
    let open = move || {
        board.tip.with(|tip| {
            tip.as_ref().is_some_and(|tip| match tip {
                Tip::Flag(pattern, step) => *pattern == flag.pattern && Some(step) == spot.as_ref(),
                Tip::Step(step) => steps.contains(step),
            })
        })
    };
    let own = flag
        .steps
        .first()
        .cloned()
        .map(|step| Tip::Flag(flag.pattern, step));
    let touched = own.clone();
    let rule = flag.pattern.rule();
    view! {
        <span
            class=flag.pattern.class()
            class:iconic=!flag.words
            class:told=open
            on:pointerenter=move |_| board.tip.set(own.clone())
            on:pointerleave=move |_| board.tip.set(None)
            on:click=move |_| board.tip.set(touched.clone())
            style:left=format!("{}px", flag.x)
            style:top=format!("{}px", flag.y)
            data-flag=name
        >
            <Icon name=flag.pattern.icon() />
            {flag.words.then(|| flag.text.clone())}
            <span class="flag-rule">{rule}</span>
        </span>
    }
}

/// The rules behind the labels of a step, for whoever hears them.
pub(crate) fn rules_at(board: Board, step: &waymark_model::ids::StepId) -> Memo<String> {
    let rhythm = board.state.rhythm();
    let step = step.clone();
    Memo::new(move |_| {
        rhythm.with(|rhythm| {
            let ends = |runs: &[Run]| {
                let mut runs = runs.iter();
                runs.any(|run| run.first == step || run.last == step)
            };
            let begins = rhythm.sawtooth.iter().any(|run| run.first == step);
            let found = [
                (rhythm.rapid_drops.contains(&step), Pattern::Drop),
                (ends(&rhythm.troughs), Pattern::Trough),
                (ends(&rhythm.peaks), Pattern::Peak),
                (begins, Pattern::Sawtooth),
            ];
            let found = found.into_iter().filter(|(is_there, _)| *is_there);
            let rules: Vec<_> = found.map(|(_, pattern)| pattern.rule()).collect();
            rules.join(" ")
        })
    })
}

/// The curve in sentences, for those who do not see it.
#[component]
fn Summary() -> impl IntoView {
    let text = summary(Board::here());
    view! { <p class="sr-only" data-testid="curve-summary">{text}</p> }.into_any()
}

/// The curve in sentences.
pub(crate) fn summary(board: Board) -> Memo<String> {
    let (values, rhythm) = (board.state.emotions(), board.state.rhythm());
    let (personas, asked) = (board.state.personas(), whose::asked(board));
    let several = Memo::new(move |_| personas.with(|all| all.len() > 1));
    Memo::new(move |_| {
        // Step names are read with the map, not as signals: this is read rarely.
        let _ = board.layout.get();
        let map = board.state.map();
        let name = |id: &waymark_model::ids::StepId| {
            map.steps
                .iter()
                .find(|step| step.id == *id)
                .map(|step| step.title.clone())
                .unwrap_or_default()
        };
        let words =
            rhythm.with(|rhythm| values.with(|values| flags::summary(rhythm, values, name)));
        // Whose it is has to be said where it could be somebody else's.
        match several.get() {
            true => format!("{}. {words}", asked.get()),
            false => words,
        }
    })
}
