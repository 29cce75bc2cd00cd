//! Columns over time, as SVG: with a title and a description in words, and the same numbers in a table below.

use maud::{Markup, html};

const WIDTH: u32 = 640;
const LEFT: u32 = 52;
const TOP: u32 = 12;
const PLOT: u32 = 140;
const LINES: u32 = 4;

/// What is drawn.
pub(super) struct Chart<'a> {
    /// Tells its parts from those of others on the page.
    pub(super) id: &'a str,
    /// What it is called.
    pub(super) title: &'a str,
    /// What the columns are, and what stands before them where there are two.
    pub(super) series: &'a [Series<'a>],
    /// The time of each column, as people read it.
    pub(super) times: Vec<String>,
    /// How a number is written.
    pub(super) write: fn(f64) -> String,
}

/// One row of numbers.
pub(super) struct Series<'a> {
    /// What they are.
    pub(super) name: &'a str,
    /// How they look: a class of the style sheet.
    pub(super) class: &'a str,
    /// A number a column.
    pub(super) values: Vec<f64>,
}

impl Chart<'_> {
    /// The picture and the table.
    pub(super) fn draw(&self) -> Markup {
        let Self { id, title, series, times, write } = self;
        let most = series.iter().flat_map(|series| series.values.iter().copied()).fold(0.0, f64::max);
        let scale = ceiling(most);
        let step = f64::from(WIDTH - LEFT - 8) / times.len().max(1) as f64;
        let y = |value: f64| f64::from(TOP + PLOT) - f64::from(PLOT) * value / scale;
        // Labels need some ninety pixels each.
        let every = (90.0 / step).ceil().max(1.0) as usize;
        html! {
            figure class="panel chart" aria-labelledby={ (id) "-name" } {
                figcaption id={ (id) "-name" } { (title) }
                svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ (id) "-title" }
                    aria-describedby={ (id) "-desc" } viewBox={ "0 0 " (WIDTH) " " (TOP + PLOT + 28) } {
                    title id={ (id) "-title" } { (title) }
                    desc id={ (id) "-desc" } { (self.in_words()) }
                    @for line in 0..=LINES {
                        @let value = scale * f64::from(line) / f64::from(LINES);
                        line class="grid" x1=(LEFT) x2=(WIDTH - 8) y1=(round(y(value))) y2=(round(y(value))) {}
                        text class="axis" x=(LEFT - 6) y=(round(y(value) + 4.0)) text-anchor="end" { (write(value)) }
                    }
                    @for series in *series {
                        @for (place, value) in series.values.iter().enumerate() {
                            @if *value > 0.0 {
                                rect class=(series.class) x=(round(f64::from(LEFT) + step * (place as f64 + 0.15)))
                                    width=(round((step * 0.7).max(1.0))) y=(round(y(*value)))
                                    height=(round(f64::from(TOP + PLOT) - y(*value))) {
                                    title { (times.get(place).map_or("", String::as_str)) ": " (write(*value)) " " (series.name) }
                                }
                            }
                        }
                    }
                    @for (place, time) in times.iter().enumerate() {
                        @if place % every == 0 {
                            text class="axis" x=(round(f64::from(LEFT) + step * (place as f64 + 0.5))) y=(TOP + PLOT + 18)
                                text-anchor=(if place == 0 { "start" } else { "middle" }) { (time) }
                        }
                    }
                }
                @if series.len() > 1 {
                    ul class="legend" { @for series in *series {
                        li { span class={ "swatch " (series.class) } aria-hidden="true" {} " " (series.name) }
                    } }
                }
                details {
                    summary { "The numbers" }
                    div class="scroll" tabindex="0" role="region" aria-label={ "The numbers of: " (title) } { table class="narrow" {
                        thead { tr {
                            th scope="col" { "Time" }
                            @for series in *series { th scope="col" { (series.name) } }
                        } }
                        tbody { @for (place, time) in times.iter().enumerate() { tr {
                            th scope="row" { (time) }
                            @for series in *series { td { (series.values.get(place).map_or(String::new(), |value| write(*value))) } }
                        } } }
                    } }
                }
            }
        }
    }

    /// What the picture shows: of each series the sum, and the most with its time.
    fn in_words(&self) -> String {
        let words = self.series.iter().map(|series| {
            let most =
                series.values.iter().copied().enumerate().fold((0, 0.0), |most, (place, value)| {
                    if value > most.1 { (place, value) } else { most }
                });
            if most.1 <= 0.0 {
                return format!("{}: none", series.name);
            }
            let when = self.times.get(most.0).map_or("", String::as_str);
            format!("{}: at most {}, at {when}", series.name, (self.write)(most.1))
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

/// The next round number that the columns fit below; the lines between it and nothing are whole where columns are.
fn ceiling(most: f64) -> f64 {
    if most <= 0.0 {
        return f64::from(LINES);
    }
    let magnitude = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 8.0, 10.0];
    let fits = steps.iter().map(|step| step * magnitude).find(|bound| *bound >= most);
    let bound = fits.unwrap_or(10.0 * magnitude);
    // Counts below four would share lines between them.
    if most >= 1.0 && most.fract() == 0.0 { bound.max(f64::from(LINES)) } else { bound }
}

fn round(value: f64) -> String {
    format!("{value:.1}")
}

/// A count as people write it, thousands apart.
pub(super) fn count(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Money, with as many decimals as it takes to be seen.
pub(super) fn money(usd: f64) -> String {
    if usd == 0.0 || usd >= 0.995 {
        let text = format!("{usd:.2}");
        let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
        return format!("${}.{cents}", count(whole.parse().unwrap_or_default()));
    }
    format!("${usd:.4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0.0, 999.0, 1_000.0, 1_234_567.0].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 0.0123, 1.5, 1_234.567].map(money), ["$0.00", "$0.0123", "$1.50", "$1,234.57"]);
    }

    #[test]
    fn the_scale_is_round_and_holds_the_most() {
        for (most, expected) in
            [(0.0, 4.0), (3.0, 4.0), (5.0, 8.0), (41.0, 80.0), (100.0, 100.0), (0.03, 0.04)]
        {
            let found = ceiling(most);
            assert!((found - expected).abs() < 1e-9, "{most}: {found}");
        }
    }

    #[test]
    fn a_chart_says_in_words_and_in_a_table_what_it_draws() {
        let series = [Series { name: "failed", class: "bad", values: vec![0.0, 7.0] }];
        let times = vec!["09:00".to_owned(), "10:00".to_owned()];
        let chart = Chart { id: "c", title: "Failures", series: &series, times, write: count };
        let drawn = chart.draw().into_string();
        for expected in
            ["failed: at most 7, at 10:00", "role=\"img\"", "<th scope=\"row\">10:00</th><td>7</td>"]
        {
            assert!(drawn.contains(expected), "{expected}: {drawn}");
        }
        assert_eq!(drawn.matches("<rect").count(), 1, "nothing is no column");
    }
}
