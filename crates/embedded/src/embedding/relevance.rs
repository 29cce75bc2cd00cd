//! How well a text answers a question, looked at closer than one vector a text allows.
//!
//! A vector of a whole passage blurs the one sentence that answers. So of the few dozen passages that a search by words
//! and vectors brings up, each is read again: the whole text's cosine, the best cosine of a window of one or a few
//! sentences, and how near the question's words each come to some word of the text (late interaction). `docs/search.md`
//! has the figures.
//!
//! Each token of the text is looked up once; the words' likeness to the question's is kept from text to text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::StaticModel;
use super::chunking::sentence_ends;

/// A window takes up sentences until it has so many tokens.
const WINDOW_TOKENS: usize = 12;
/// What the best window weighs against the whole text.
const WINDOW_WEIGHT: f32 = 0.5;
/// What the likeness word by word weighs against the two together.
const WORDS_WEIGHT: f32 = 0.3;

/// A question, ready to be held against many texts.
pub struct Question<'a> {
    model: &'a StaticModel,
    vector: Vec<f32>,
    /// The question's tokens, each once: its direction and its weight.
    tokens: Vec<(Vec<f32>, f32)>,
    weight: f32,
    /// For a token of the texts, its cosine with each token of the question.
    likeness: BTreeMap<u32, Vec<f32>>,
}

/// What reading a text came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// How well it answers, -1 to 1; 0 where the model knows no word of the question or of the text.
    pub score: f32,
    /// The window that fits best, in bytes of the text; none where no token is known.
    pub best: Option<Range<usize>>,
}

impl<'a> Question<'a> {
    /// From what was asked.
    pub fn new(model: &'a StaticModel, question: &str) -> Self {
        let mut ids = model.token_ids(question);
        let vector = model.sum(&ids);
        let vector = unit(vector).map_or(Vec::new(), |(vector, _)| vector);
        ids.sort_unstable();
        ids.dedup();
        let tokens: Vec<(Vec<f32>, f32)> = ids.iter().filter_map(|&id| unit(model.sum(&[id]))).collect();
        let weight = tokens.iter().map(|(_, weight)| weight).sum();
        Self { model, vector, tokens, weight, likeness: BTreeMap::new() }
    }

    /// Reads a text.
    pub fn judge(&mut self, text: &str) -> Judged {
        let nothing = Judged { score: 0.0, best: None };
        if self.tokens.is_empty() {
            return nothing;
        }
        let sentences = self.sentences(text);
        let mut whole = vec![0.0; self.vector.len()];
        sentences.iter().for_each(|sentence| add(&mut whole, &sentence.sum));
        let Some((whole, _)) = unit(whole) else { return nothing };
        let whole = dot(&whole, &self.vector);
        let (window, best) = self.best_window(&sentences);
        let words = self.words(sentences.iter().flat_map(|sentence| &sentence.ids));
        let meaning = (1.0 - WINDOW_WEIGHT) * whole + WINDOW_WEIGHT * window;
        Judged { score: (1.0 - WORDS_WEIGHT) * meaning + WORDS_WEIGHT * words, best }
    }

    fn sentences(&self, text: &str) -> Vec<Sentence> {
        let mut start = 0;
        let sentences = sentence_ends(text).filter_map(|end| {
            let from = std::mem::replace(&mut start, end);
            let kept = text[from..end].trim_start();
            let from = end - kept.len();
            let kept = kept.trim_end();
            let ids = self.model.token_ids(kept);
            let sum = self.model.sum(&ids);
            (!kept.is_empty()).then(|| Sentence { range: from..from + kept.len(), ids, sum })
        });
        sentences.collect()
    }

    /// The best cosine of a window, and where that is. One begins at each sentence.
    fn best_window(&self, sentences: &[Sentence]) -> (f32, Option<Range<usize>>) {
        let mut best = (0.0, None);
        for first in 0..sentences.len() {
            let mut sum = sentences[first].sum.clone();
            let (mut count, mut last) = (sentences[first].ids.len(), first);
            while count < WINDOW_TOKENS && last + 1 < sentences.len() {
                last += 1;
                count += sentences[last].ids.len();
                add(&mut sum, &sentences[last].sum);
            }
            let Some((direction, _)) = unit(sum) else { continue };
            let likeness = dot(&direction, &self.vector);
            if likeness > best.0 {
                best = (likeness, Some(sentences[first].range.start..sentences[last].range.end));
            }
        }
        best
    }

    /// For each token of the question the nearest of the text, weighed by how much the token says.
    fn words<'i>(&mut self, ids: impl Iterator<Item = &'i u32>) -> f32 {
        let mut nearest = vec![0.0_f32; self.tokens.len()];
        for &id in ids {
            let (model, tokens) = (self.model, &self.tokens);
            let likeness = self.likeness.entry(id).or_insert_with(|| match unit(model.sum(&[id])) {
                Some((direction, _)) => tokens.iter().map(|(token, _)| dot(token, &direction)).collect(),
                None => Vec::new(),
            });
            for (nearest, likeness) in nearest.iter_mut().zip(likeness) {
                *nearest = nearest.max(*likeness);
            }
        }
        let weighed: f32 = nearest.iter().zip(&self.tokens).map(|(near, (_, weight))| near * weight).sum();
        weighed / self.weight
    }
}

/// A sentence of a text: where, its tokens, and the sum of their rows.
struct Sentence {
    range: Range<usize>,
    ids: Vec<u32>,
    sum: Vec<f32>,
}

fn add(sum: &mut [f32], other: &[f32]) {
    sum.iter_mut().zip(other).for_each(|(total, x)| *total += x);
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The direction of a vector and its length; none of one without length.
fn unit(mut vector: Vec<f32>) -> Option<(Vec<f32>, f32)> {
    let norm = dot(&vector, &vector).sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|x| *x /= norm);
        return Some((vector, norm));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> StaticModel {
        let weights = include_bytes!("../../model/static-minilm.safetensors").as_slice();
        StaticModel::new(weights, include_str!("../../model/vocab.txt")).unwrap()
    }

    #[test]
    fn a_sentence_that_answers_is_found_in_a_long_text() {
        let model = model();
        let chatter =
            "The weather was lovely on the coast. We walked along the harbor and had some fish. ".repeat(6);
        let answer = "Our finance director signs everything above ten thousand.";
        let text = format!("{chatter}{answer} {chatter}");
        let mut question = Question::new(&model, "who approves large purchases");
        let found = question.judge(&text);
        let best = &text[found.best.clone().unwrap()];
        assert!(best.contains(answer), "{best}");
        assert!(found.score > question.judge(&chatter).score);
    }

    #[test]
    fn without_known_words_nothing_is_claimed() {
        let model = model();
        let nothing = Judged { score: 0.0, best: None };
        assert_eq!(Question::new(&model, "ราคาแพง").judge("The price is high."), nothing);
        assert_eq!(Question::new(&model, "price").judge(""), nothing);
        assert_eq!(Question::new(&model, "price").judge("ราคาแพง"), nothing);
    }

    #[test]
    fn the_same_text_scores_highest() {
        let model = model();
        let mut question = Question::new(&model, "The renewal is at risk.");
        let same = question.judge("The renewal is at risk.");
        assert!((same.score - 1.0).abs() < 1e-3, "{same:?}");
        assert!(same.score > question.judge("The contract renewal may be in danger.").score);
    }
}
