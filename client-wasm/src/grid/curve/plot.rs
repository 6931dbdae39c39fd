//! The geometry of the emotion curve: values to pixels and a smooth line through them.

/// Room for the bracket over a sawtooth, above everything.
pub(crate) const BRACKET: f64 = 22.0;
/// Room for one row of flags.
pub(crate) const FLAGS: f64 = 22.0;
/// Half a face.
pub(crate) const FACE: f64 = 15.0;
/// From the lowest to the highest level.
const SPREAD: f64 = 96.0;
const GAP: f64 = 5.0;

/// Where values are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plot {
    /// The lowest and highest value.
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// The distance between levels.
    pub(crate) step: f64,
    /// Where the highest and the lowest value are drawn.
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// The height of the whole drawing.
    pub(crate) height: f64,
    /// The width of a column.
    pub(crate) column: f64,
}

impl Plot {
    /// A plot for a scale; with room for the bracket of a sawtooth if there is one.
    pub(crate) fn new(min: f64, max: f64, step: f64, column: f64, bracket: bool) -> Self {
        let top = if bracket { BRACKET } else { 0.0 } + FLAGS + GAP + FACE + 2.0;
        let bottom = top + SPREAD;
        let (min, max) = if max > min { (min, max) } else { (-2.0, 2.0) };
        let step = if step > 0.0 { step } else { 1.0 };
        Self {
            min,
            max,
            step,
            top,
            bottom,
            height: bottom + FACE + FLAGS + 2.0 * GAP,
            column,
        }
    }

    /// A small plot without flags, as wide as `width` for `columns` points.
    pub(crate) fn small(
        min: f64,
        max: f64,
        step: f64,
        width: f64,
        height: f64,
        columns: usize,
    ) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are never so many columns"
        )]
        let column = width / columns.max(1) as f64;
        Self {
            top: 10.0,
            bottom: height - 10.0,
            height,
            column,
            ..Self::new(min, max, step, column, false)
        }
    }

    /// The middle of a column.
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are never so many columns"
    )]
    pub(crate) fn x(&self, column: usize) -> f64 {
        (column as f64 + 0.5) * self.column
    }

    /// The height of a value.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let part = (value.clamp(self.min, self.max) - self.min) / (self.max - self.min);
        round(self.bottom - part * (self.bottom - self.top))
    }

    /// The height of neither good nor bad.
    pub(crate) fn middle(&self) -> f64 {
        self.y((self.min + self.max) / 2.0)
    }

    /// The values one can choose, lowest first; at most nine.
    pub(crate) fn levels(&self) -> Vec<f64> {
        let span = self.max - self.min;
        let step = self.step.max(span / 8.0);
        let mut levels = Vec::new();
        let mut value = self.min;
        while value <= self.max + step / 1000.0 {
            levels.push(value);
            value += step;
        }
        levels
    }
}

/// How good a value is, from 0 (very negative) to 4 (very positive).
pub(crate) fn mood(value: f64, min: f64, max: f64) -> usize {
    let part = (value - min) / (max - min).max(f64::EPSILON);
    match part {
        p if p < 0.125 => 0,
        p if p < 0.375 => 1,
        p if p <= 0.625 => 2,
        p if p <= 0.875 => 3,
        _ => 4,
    }
}

/// A value as people write it: "+2", "0", "−1.5".
pub(crate) fn signed(value: f64) -> String {
    let size = value.abs();
    let digits = if (size - size.round()).abs() < 0.005 {
        format!("{size:.0}")
    } else {
        format!("{size:.1}")
    };
    match digits.as_str() {
        "0" | "0.0" => "0".to_owned(),
        _ if value < 0.0 => format!("−{digits}"),
        _ => format!("+{digits}"),
    }
}

/// What is drawn: lines through neighbouring values, dotted lines over gaps, the area.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) line: String,
    pub(crate) gaps: String,
    pub(crate) area: String,
}

/// Draws values by column; columns without a value are bridged with dots.
pub(crate) fn draw(plot: &Plot, values: &[(usize, Option<f64>)]) -> Drawing {
    let mut drawing = Drawing::default();
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut last: Option<(f64, f64)> = None;
    for (column, value) in values {
        let Some(value) = value else {
            finish(plot, &mut run, &mut drawing);
            continue;
        };
        let point = (plot.x(*column), plot.y(*value));
        if run.is_empty()
            && let Some(from) = last
        {
            drawing.gaps.push_str(&format!("M{},{}", from.0, from.1));
            drawing.gaps.push_str(&curve(from, point));
        }
        run.push(point);
        last = Some(point);
    }
    finish(plot, &mut run, &mut drawing);
    drawing
}

fn finish(plot: &Plot, run: &mut Vec<(f64, f64)>, drawing: &mut Drawing) {
    if let (Some(first), Some(last)) = (run.first(), run.last())
        && run.len() > 1
    {
        let mut line = format!("M{},{}", first.0, first.1);
        for pair in run.windows(2) {
            line.push_str(&curve(pair[0], pair[1]));
        }
        drawing.area.push_str(&format!(
            "{line}L{},{}L{},{}Z",
            last.0,
            plot.middle(),
            first.0,
            plot.middle()
        ));
        drawing.line.push_str(&line);
    }
    run.clear();
}

/// A curve that is level at both ends, so that no value is overshot.
fn curve(from: (f64, f64), to: (f64, f64)) -> String {
    let middle = round((from.0 + to.0) / 2.0);
    format!("C{middle},{} {middle},{} {},{}", from.1, to.1, to.0, to.1)
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        Plot::new(-2.0, 2.0, 1.0, 168.0, false)
    }

    #[test]
    fn the_highest_value_is_on_top_and_values_outside_the_scale_stay_inside() {
        let plot = plot();
        assert!((plot.y(2.0) - plot.top).abs() < 0.1);
        assert!((plot.y(-2.0) - plot.bottom).abs() < 0.1);
        assert!((plot.y(9.0) - plot.top).abs() < 0.1);
        assert!((plot.middle() - (plot.top + plot.bottom) / 2.0).abs() < 0.1);
    }

    #[test]
    fn levels_follow_the_scale_of_the_map() {
        assert_eq!(plot().levels(), [-2.0, -1.0, 0.0, 1.0, 2.0]);
        assert_eq!(
            Plot::new(1.0, 5.0, 1.0, 1.0, false).levels(),
            [1.0, 2.0, 3.0, 4.0, 5.0]
        );
        assert_eq!(Plot::new(0.0, 100.0, 1.0, 1.0, false).levels().len(), 9);
        assert_eq!(
            Plot::new(3.0, 3.0, 0.0, 1.0, false).levels(),
            [-2.0, -1.0, 0.0, 1.0, 2.0]
        );
    }

    #[test]
    fn five_values_are_five_moods() {
        let moods: Vec<usize> = plot()
            .levels()
            .iter()
            .map(|value| mood(*value, -2.0, 2.0))
            .collect();
        assert_eq!(moods, [0, 1, 2, 3, 4]);
        assert_eq!(mood(4.0, 1.0, 5.0), 3);
    }

    #[test]
    fn values_are_written_with_a_sign() {
        assert_eq!(
            [2.0, 0.0, -1.0, -1.5, -0.001].map(signed),
            ["+2", "0", "−1", "−1.5", "0"]
        );
    }

    #[test]
    fn a_missing_value_is_bridged_with_dots() {
        let drawing = draw(
            &plot(),
            &[
                (0, Some(1.0)),
                (1, Some(0.0)),
                (2, None),
                (3, Some(-1.0)),
                (4, Some(0.0)),
            ],
        );
        assert_eq!(drawing.line.matches('M').count(), 2);
        assert_eq!(drawing.area.matches('Z').count(), 2);
        assert_eq!(drawing.gaps.matches('M').count(), 1);
        assert!(drawing.gaps.starts_with("M252,"));
    }

    #[test]
    fn one_value_alone_draws_no_line() {
        assert_eq!(
            draw(&plot(), &[(0, Some(1.0)), (1, None)]),
            Drawing::default()
        );
    }
}
