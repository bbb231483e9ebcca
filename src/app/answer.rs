//! The terminal's own background: asked for once, and answered among the keys, whenever that is.
//!
//! Nothing waits for the answer: terminals that give none are as quick as those that do. The question is xterm's OSC 11,
//! and the answer reads `ESC ] 11 ; rgb:RRRR/GGGG/BBBB ESC \`, or ends with BEL.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// What is written to ask.
pub(super) const QUESTION: &str = "\u{1b}]11;?\u{1b}\\";
/// How every answer begins.
const BEGINNING: &str = "\u{1b}]11;rgb";
/// Characters that an answer may have after that.
const LONGEST: usize = 40;
/// How long after the question keys may be an answer: a slow line takes a while.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long an answer usually takes at most.
const USUAL: Duration = Duration::from_secs(2);

/// What may be an answer, until it is one or turns out to be keys.
#[derive(Debug, Default)]
pub(super) struct Answer {
    until: Option<Instant>,
    held: Vec<Event>,
    text: String,
}

impl Answer {
    /// An answer that is expected from now on.
    pub(super) fn awaited(now: Instant) -> Self {
        Self { until: Some(now + PATIENCE), ..Self::default() }
    }

    /// Whether the answer may be on its way, `now` being soon after the question.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now + PATIENCE < until + USUAL)
    }

    /// Gives the events that are the user's, in their order, and whether the background is light when this ends the answer.
    pub(super) fn hear(&mut self, event: Event, now: Instant) -> (Vec<Event>, Option<bool>) {
        let is_over = self.until.is_none_or(|until| now > until);
        let Event::Key(key) = event else { return (vec![event], None) };
        if is_over && self.held.is_empty() {
            return (vec![event], None);
        }
        let part = part(key);
        if self.held.is_empty() && part == "\u{1b}" {
            // The first character may come apart from the others. Held back, it would delay the user's own.
            self.text = part;
            return (vec![event], None);
        }
        self.text.push_str(&part);
        self.held.push(event);
        self.weigh()
    }

    fn weigh(&mut self) -> (Vec<Event>, Option<bool>) {
        if let Some(colour) = ended(&self.text) {
            let light = is_light(colour);
            *self = Self::default();
            return (Vec::new(), light);
        }
        if is_part(&self.text) {
            return (Vec::new(), None);
        }
        self.text.clear();
        (std::mem::take(&mut self.held), None)
    }
}

/// A key as the characters that it came as; what no answer has is a character that none has.
fn part(key: KeyEvent) -> String {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "\u{1b}" } else { "" };
    match key.code {
        KeyCode::Esc => "\u{1b}".to_owned(),
        KeyCode::Char('g') if is_control => "\u{7}".to_owned(),
        KeyCode::Char(c) if !is_control => format!("{alt}{c}"),
        _ => "\0".to_owned(),
    }
}

/// Whether more may make an answer of it.
fn is_part(text: &str) -> bool {
    let fits = |rest: &str| {
        let rest = rest.strip_suffix('\u{1b}').unwrap_or(rest);
        rest.len() <= LONGEST && rest.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '/' | 'a'))
    };
    BEGINNING.starts_with(text) || text.strip_prefix(BEGINNING).is_some_and(fits)
}

/// The colour of a whole answer.
fn ended(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(BEGINNING)?;
    rest.strip_suffix('\u{7}').or_else(|| rest.strip_suffix("\u{1b}\\"))
}

/// Whether a colour (`:RRRR/GGGG/BBBB`, in one to four digits each) is nearer to white than to black; `None` when it is none.
fn is_light(colour: &str) -> Option<bool> {
    let (_, colour) = colour.split_once(':')?;
    let share = |digits: &str| {
        let most = 16_f64.powi(i32::try_from(digits.len()).ok()?) - 1.0;
        u32::from_str_radix(digits, 16).ok().map(|value| f64::from(value) / most)
    };
    let shares: Vec<f64> = colour.split('/').take(3).map(share).collect::<Option<_>>()?;
    let [red, green, blue] = shares[..] else { return None };
    // As bright as the eye finds it (ITU-R BT.601).
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as the terminal library gives them, with the answer's end as one piece or two.
    fn keys(text: &str) -> Vec<Event> {
        let (mut keys, mut escaped) = (Vec::new(), false);
        for c in text.chars() {
            let modifiers = if std::mem::take(&mut escaped) { KeyModifiers::ALT } else { KeyModifiers::NONE };
            match c {
                '\u{1b}' => escaped = true,
                '\u{7}' => keys.push(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL)),
                '\r' => keys.push(KeyEvent::new(KeyCode::Enter, modifiers)),
                c => keys.push(KeyEvent::new(KeyCode::Char(c), modifiers)),
            }
        }
        keys.into_iter().map(Event::Key).collect()
    }

    /// The keys that are left to the user, and what was learnt.
    fn heard(answer: &mut Answer, events: Vec<Event>, now: Instant) -> (Vec<Event>, Option<bool>) {
        let mut all = (Vec::new(), None);
        for event in events {
            let (events, light) = answer.hear(event, now);
            all.0.extend(events);
            all.1 = all.1.or(light);
        }
        all
    }

    #[test]
    fn an_answer_is_no_keys() {
        let now = Instant::now();
        for (text, light) in [
            ("\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\", Some(true)),
            ("\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{7}", Some(false)),
            ("\u{1b}]11;rgba:fd/f6/e3/ff\u{1b}\\", Some(true)),
            ("\u{1b}]11;rgb:f/0\u{7}", None),
        ] {
            let mut answer = Answer::awaited(now);
            let around = [keys("jj"), keys(text), keys("]g")].concat();
            assert_eq!(heard(&mut answer, around, now), (keys("jj]g"), light), "{text:?}");
        }
    }

    #[test]
    fn what_only_begins_like_one_is_given_back_in_order() {
        let now = Instant::now();
        let mut answer = Answer::awaited(now);
        assert_eq!(heard(&mut answer, keys("\u{1b}]11;rx\r"), now), (keys("\u{1b}]11;rx\r"), None));
        assert_eq!(heard(&mut answer, keys("\u{1b}]\r"), now), (keys("\u{1b}]\r"), None));
        let mut cut_off = vec![Event::Key(KeyCode::Esc.into())];
        cut_off.extend(keys("]11;rgb:0/0/0\u{1b}\\"));
        assert_eq!(heard(&mut answer, cut_off, now), (vec![Event::Key(KeyCode::Esc.into())], Some(false)));
    }

    #[test]
    fn an_answer_is_due_until_it_comes_and_for_a_moment_only() {
        let now = Instant::now();
        let mut answer = Answer::awaited(now);
        assert!(answer.is_due(now) && !answer.is_due(now + USUAL) && !Answer::default().is_due(now));
        heard(&mut answer, keys("\u{1b}]11;rgb:0/0/0\u{7}"), now);
        assert!(!answer.is_due(now));
    }

    #[test]
    fn after_a_while_and_after_an_answer_keys_are_keys() {
        let now = Instant::now();
        let later = now + PATIENCE + Duration::from_secs(1);
        let alt = keys("\u{1b}]");
        assert_eq!(heard(&mut Answer::awaited(now), alt.clone(), later), (alt.clone(), None));
        assert_eq!(heard(&mut Answer::default(), alt.clone(), now), (alt, None));
    }
}
