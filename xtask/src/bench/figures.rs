//! From single calls to figures: calls a second, percentiles, and ratios with their spread.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::contender::{Contender, Measure};
use super::load::Driven;

/// One contender's turn at one measure.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    /// How long each call took, in nanoseconds, ascending.
    pub(super) latencies: Vec<u32>,
    pub(super) elapsed: Duration,
    /// Processor time of the runtime, where the system tells.
    pub(super) cpu: Option<Duration>,
}

impl From<Driven> for Slice {
    fn from(driven: Driven) -> Self {
        let Driven { mut latencies, elapsed } = driven;
        latencies.sort_unstable();
        Self { latencies, elapsed, cpu: None }
    }
}

impl Slice {
    pub(super) fn calls_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Processor time a call in microseconds.
    pub(super) fn cpu_us(&self) -> Option<f64> {
        let cpu = self.cpu?.as_secs_f64() * 1e6;
        (!self.latencies.is_empty()).then(|| cpu / self.latencies.len() as f64)
    }
}

/// All turns of a run.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    slices: BTreeMap<(&'static str, Contender), Vec<(u32, Slice)>>,
}

/// What one contender reached at one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Reached {
    /// Calls a second, the median of the rounds.
    pub(super) calls_per_second: f64,
    /// Median latency in microseconds, over all calls.
    pub(super) p50_us: f64,
    /// 99th percentile of the latency in microseconds, over all calls.
    pub(super) p99_us: f64,
    /// The runtime's processor time a call in microseconds, the median of the rounds, where the system tells.
    pub(super) cpu_us: Option<f64>,
}

/// A ratio of calls a second, taken within each round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Ratio {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) lower_quartile: f64,
    pub(super) upper_quartile: f64,
    pub(super) max: f64,
}

impl Recorded {
    pub(super) fn add(&mut self, round: u32, measure: &Measure, contender: Contender, slice: Slice) {
        self.slices.entry((measure.name, contender)).or_default().push((round, slice));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    pub(super) fn slices(&self, measure: &str, contender: Contender) -> &[(u32, Slice)] {
        let found = self.slices.iter().find(|((name, who), _)| *name == measure && *who == contender);
        found.map_or(&[], |(_, slices)| slices)
    }

    /// What `contender` reached, where it took part.
    pub(super) fn reached(&self, measure: &str, contender: Contender) -> Option<Reached> {
        let slices = self.slices(measure, contender);
        let rates: Vec<f64> = slices.iter().map(|(_, slice)| slice.calls_per_second()).collect();
        let cpu: Vec<f64> = slices.iter().filter_map(|(_, slice)| slice.cpu_us()).collect();
        let mut all: Vec<u32> =
            slices.iter().flat_map(|(_, slice)| slice.latencies.iter().copied()).collect();
        all.sort_unstable();
        let microseconds = |share: f64| at(&all, share).map(|latency| f64::from(latency) / 1e3);
        Some(Reached {
            calls_per_second: median(rates)?,
            p50_us: microseconds(0.5)?,
            p99_us: microseconds(0.99)?,
            cpu_us: median(cpu),
        })
    }

    /// Calls a second of `one` over those of `other`, round by round.
    pub(super) fn ratio(&self, measure: &str, one: Contender, other: Contender) -> Option<Ratio> {
        let rates = self.slices(measure, one).iter().zip(self.slices(measure, other));
        let mut ratios: Vec<f64> = rates
            .map(|((_, one), (_, other))| one.calls_per_second() / other.calls_per_second())
            .filter(|ratio| ratio.is_finite())
            .collect();
        ratios.sort_by(f64::total_cmp);
        Some(Ratio {
            median: median(ratios.clone())?,
            min: *ratios.first()?,
            lower_quartile: at(&ratios, 0.25)?,
            upper_quartile: at(&ratios, 0.75)?,
            max: *ratios.last()?,
        })
    }
}

/// The middle of some values, or the mean of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (below, above) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[below], values[above]))
}

/// The value of which `share` of the ascending `values` are no greater, by nearest rank.
pub(super) fn at<T: Copy>(values: &[T], share: f64) -> Option<T> {
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.clamp(1, values.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::contender::MEASURES;

    fn slice(calls: usize, seconds: f64) -> Slice {
        Slice {
            latencies: vec![1_000; calls],
            elapsed: Duration::from_secs_f64(seconds),
            cpu: Some(Duration::from_millis(10)),
        }
    }

    #[test]
    fn percentiles_go_by_nearest_rank() {
        let values: Vec<u32> = (1..=200).collect();
        assert_eq!(
            (at(&values, 0.5), at(&values, 0.99), at(&values, 1.0)),
            (Some(100), Some(198), Some(200))
        );
        assert_eq!((at(&[7_u32], 0.5), at::<u32>(&[], 0.5)), (Some(7), None));
        assert_eq!(
            (median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0]), median(vec![])),
            (Some(2.0), Some(2.5), None)
        );
    }

    #[test]
    fn a_ratio_is_taken_within_each_round() {
        let mut recorded = Recorded::default();
        // The machine was twice as slow in the second round, for both.
        for (round, speed) in [(0, 1.0), (1, 0.5)] {
            recorded.add(round, &MEASURES[0], Contender::Rust, slice((3_000.0 * speed) as usize, 1.0));
            recorded.add(round, &MEASURES[0], Contender::TypeScript, slice((2_000.0 * speed) as usize, 1.0));
        }
        let ratio = recorded.ratio("small", Contender::Rust, Contender::TypeScript).unwrap();
        assert_eq!((ratio.min, ratio.median, ratio.max), (1.5, 1.5, 1.5));
        let reached = recorded.reached("small", Contender::Rust).unwrap();
        assert_eq!((reached.calls_per_second, reached.p50_us), (2_250.0, 1.0));
        assert!(recorded.reached("large", Contender::Rust).is_none());
    }
}
