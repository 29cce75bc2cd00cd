//! The second stage: a linear model over features, one output a kind, read straight from its file.
//!
//! The file (`crates/embedded/rules/weights.bin`, written by `cargo xtask train extract`) has, little-endian: the
//! bytes `WEFTX2`, two of padding, the number of features as `u32`; then for each of the ten kinds four `f32` (bias,
//! scale, the probability from which a finding counts, and how much more a further one in the call needs); then the
//! prefilter's probabilities for a turn and for a call as `f32`; then the features' hashes, ascending, as `u32`; then ten `i8` a feature.

use domain::SignalKind;

use super::{candidate::Feature, prefilter::Cut};

const MAGIC: &[u8; 8] = b"WEFTX2\0\0";
const KINDS: usize = SignalKind::ALL.len();
const HEAD: usize = 12 + KINDS * 16 + 8;

/// How one kind is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Output {
    /// What is added to the sum of the weights.
    pub bias: f32,
    /// What one step of a stored weight is worth.
    pub scale: f32,
    /// The probability from which a sentence counts.
    pub threshold: f32,
    /// How much more each further finding of the kind in a call needs.
    pub step: f32,
}

/// A linear model. Reading one copies nothing.
#[derive(Clone, Debug)]
pub struct Weights<'w> {
    /// By the order of [`SignalKind::ALL`].
    pub outputs: [Output; KINDS],
    /// The probabilities, of any kind, from which a turn and a call are sent on.
    pub prefilter: Cut,
    hashes: &'w [u8],
    rows: &'w [u8],
}

impl<'w> Weights<'w> {
    /// The model over the bytes of its file, or `None` when they are not one.
    #[must_use]
    pub fn read(bytes: &'w [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let count = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let mut floats = bytes.get(12..HEAD)?.chunks_exact(4);
        let mut next = || Some(f32::from_le_bytes(floats.next()?.try_into().ok()?));
        let mut outputs = [Output::default(); KINDS];
        for output in &mut outputs {
            *output = Output { bias: next()?, scale: next()?, threshold: next()?, step: next()? };
        }
        let prefilter = Cut { turn: next()?, call: next()? };
        let (hashes, rows) = bytes.get(HEAD..)?.split_at_checked(count.checked_mul(4)?)?;
        (rows.len() == count * KINDS).then_some(Self { outputs, prefilter, hashes, rows })
    }

    /// The bytes of a model: its outputs, and for each feature's hash (ascending) its steps a kind.
    #[must_use]
    pub fn write(outputs: &[Output; KINDS], prefilter: Cut, features: &[(u32, [i8; KINDS])]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((features.len() as u32).to_le_bytes());
        for Output { bias, scale, threshold, step } in outputs {
            [bias, scale, threshold, step].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        }
        bytes.extend(prefilter.turn.to_le_bytes());
        bytes.extend(prefilter.call.to_le_bytes());
        features.iter().for_each(|(hash, _)| bytes.extend(hash.to_le_bytes()));
        features.iter().flat_map(|(_, row)| row).for_each(|step| bytes.push(step.to_le_bytes()[0]));
        bytes
    }

    /// The probability of each kind, by the order of [`SignalKind::ALL`].
    #[must_use]
    pub fn probabilities(&self, features: &[Feature]) -> [f32; KINDS] {
        let mut sums = [0.0_f32; KINDS];
        for (hash, value) in features {
            let Some(row) = self.row(*hash) else { continue };
            for (sum, step) in sums.iter_mut().zip(row) {
                *sum += f32::from(i8::from_le_bytes([*step])) * value;
            }
        }
        let mut probabilities = [0.0; KINDS];
        for ((probability, sum), output) in probabilities.iter_mut().zip(sums).zip(&self.outputs) {
            *probability = 1.0 / (1.0 + (-(sum * output.scale + output.bias)).exp());
        }
        probabilities
    }

    fn row(&self, hash: u32) -> Option<&'w [u8]> {
        let count = self.hashes.len() / 4;
        let at = |index: usize| {
            let bytes = self.hashes.get(index * 4..index * 4 + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if at(middle)? < hash { low = middle + 1 } else { high = middle }
        }
        if at(low)? == hash { self.rows.get(low * KINDS..(low + 1) * KINDS) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let outputs = [Output { bias: -1.0, scale: 0.5, threshold: 0.4, step: 0.1 }; KINDS];
        let mut row = [0; KINDS];
        (row[0], row[9]) = (4, -6);
        let cut = Cut { turn: 0.05, call: 0.5 };
        let bytes = Weights::write(&outputs, cut, &[(7, [0; KINDS]), (9, row), (4_000_000_000, row)]);
        let weights = Weights::read(&bytes).expect("it is whole");
        assert_eq!((weights.outputs, weights.prefilter), (outputs, cut));
        let near = |a: f32, b: f32| (a - b).abs() < 1e-5;
        let [first, .., last] = weights.probabilities(&[(9, 1.0), (8, 5.0), (4_000_000_000, 0.5)]);
        assert!(near(first, 1.0 / (1.0 + (-2.0_f32).exp())), "{first}");
        assert!(near(last, 1.0 / (1.0 + 5.5_f32.exp())), "{last}");
        for cut in 0..bytes.len() {
            assert!(Weights::read(&bytes[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn the_weights_that_ship_are_whole_and_ascending() {
        let weights = Weights::read(super::super::WEIGHTS).expect("run `cargo xtask train extract`");
        let hashes =
            weights.hashes.chunks_exact(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
        assert!(hashes.clone().count() > 1_000);
        assert!(hashes.is_sorted_by(|a, b| a < b), "the features must ascend: they are searched by halves");
        assert!(
            weights.outputs.iter().all(|output| output.scale > 0.0 && (0.0..1.0).contains(&output.threshold))
        );
    }
}
