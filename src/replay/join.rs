//! Bringing sends and the records that answer them together.

use std::collections::{HashMap, VecDeque};

use super::journal::{AttemptId, Fate, History};

/// Records that are remembered in case the answer to the send that they belong to comes later.
const RECENT: usize = 4096;

/// A send and the record that answers it have met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<R> {
    /// The send.
    pub attempt: AttemptId,
    /// What the record says.
    pub record: R,
}

/// Sends that wait for their records, and the last records that came.
///
/// The request id of a 202 is that of the record to come. A record may be faster than the 202, or than the word of it,
/// so that the last ones are remembered; of several records with one id the first counts, the others are redeliveries.
#[derive(Debug)]
pub struct Join<R> {
    waiting: HashMap<String, AttemptId>,
    recent: HashMap<String, R>,
    order: VecDeque<String>,
}

impl<R> Default for Join<R> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), recent: HashMap::new(), order: VecDeque::new() }
    }
}

impl<R> Join<R> {
    /// Waits for the records of what any run has sent and nobody has seen answered; gives those that are there.
    pub fn restore(&mut self, history: &History) -> Vec<Answer<R>> {
        let mut answers = Vec::new();
        for attempt in history.iter() {
            if let Fate::Sent { new_request_id: Some(id) } = &attempt.fate {
                answers.extend(self.accepted(attempt.id.clone(), id));
            }
        }
        answers
    }

    /// A send was accepted under this request id; gives its record, if that is there already.
    pub fn accepted(&mut self, attempt: AttemptId, new_request_id: &str) -> Option<Answer<R>> {
        if let Some(record) = self.recent.remove(new_request_id) {
            return Some(Answer { attempt, record });
        }
        self.waiting.insert(new_request_id.to_owned(), attempt);
        None
    }

    /// A record has arrived; gives the send that it answers, if that is known already.
    pub fn arrived(&mut self, request_id: &str, record: R) -> Option<Answer<R>> {
        if let Some(attempt) = self.waiting.remove(request_id) {
            return Some(Answer { attempt, record });
        }
        if !self.recent.contains_key(request_id) {
            self.remember(request_id, record);
        }
        None
    }

    /// The request ids that are waited for, each with its send.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, &AttemptId)> {
        self.waiting.iter().map(|(id, attempt)| (id.as_str(), attempt))
    }

    fn remember(&mut self, request_id: &str, record: R) {
        self.recent.insert(request_id.to_owned(), record);
        self.order.push_back(request_id.to_owned());
        if self.order.len() > RECENT
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::journal::{Begun, Intent, Journal};
    use super::super::{Key, Verdict};
    use super::*;
    use crate::record::Outcome;

    /// What happens to four sends, in any order and more or less often.
    #[derive(Debug, Clone, Copy)]
    enum Event {
        /// The 202 comes, with the journal's note of it.
        Accepted(usize),
        /// The record comes, the first time or again.
        Record(usize),
        /// Somebody else's record comes.
        Stranger(usize),
        /// The program ends and starts again.
        Restart,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            (0..4_usize).prop_map(Event::Accepted),
            (0..4_usize).prop_map(Event::Record),
            (0..4_usize).prop_map(Event::Stranger),
            Just(Event::Restart),
        ]
    }

    fn new_id(send: usize) -> String {
        format!("new-{send}")
    }

    struct Program {
        path: std::path::PathBuf,
        journal: Journal,
        join: Join<usize>,
        answers: BTreeMap<usize, Vec<usize>>,
        ids: Vec<AttemptId>,
    }

    impl Program {
        fn start(path: std::path::PathBuf) -> Self {
            let mut journal = Journal::open(&path).expect("a journal");
            let ids = (0..4).map(|send| begun(&mut journal, send)).collect();
            Self { path, journal, join: Join::default(), answers: BTreeMap::new(), ids }
        }

        fn take(&mut self, answer: Option<Answer<usize>>) {
            let Some(answer) = answer else { return };
            let send = self.ids.iter().position(|id| *id == answer.attempt).expect("one of the sends");
            let verdict = Verdict {
                outcome: Outcome::Success,
                condition: "Success".to_owned(),
                same_fingerprint: None,
                millis: 0,
            };
            self.journal.answered(&answer.attempt, &verdict).expect("a note");
            self.answers.entry(send).or_default().push(answer.record);
        }

        fn restart(&mut self) {
            self.journal = Journal::open(&self.path).expect("a journal");
            self.join = Join::default();
            for answer in self.join.restore(self.journal.history()) {
                self.take(Some(answer));
            }
        }
    }

    fn begun(journal: &mut Journal, send: usize) -> AttemptId {
        let (key, target) = (Key::from(send.to_string().as_str()), "f".to_owned());
        let intent = Intent { key, target, bytes: 0, edited: false, fingerprint: None, known: 0 };
        match journal.begin(&intent).expect("an intent") {
            Begun::May(id) => id,
            Begun::Taken => panic!("taken"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A send is answered once when both its 202 and its record came without a restart that lost the first of
        /// them, and by its own record; a record that came before the program ended comes again, as the log does.
        #[test]
        fn every_order_joins_once(events in prop::collection::vec(event(), 0..24)) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut program = Program::start(folder.path().join("replays.jsonl"));
            let (mut accepted, mut seen) = ([false; 4], [false; 4]);
            for event in events {
                match event {
                    Event::Accepted(send) if !accepted[send] => {
                        accepted[send] = true;
                        let id = program.ids[send].clone();
                        let fate = Fate::Sent { new_request_id: Some(new_id(send)) };
                        program.journal.note(&id, &fate).expect("a note");
                        let answer = program.join.accepted(id, &new_id(send));
                        program.take(answer);
                    }
                    Event::Accepted(_) => {}
                    Event::Record(send) => {
                        seen[send] = true;
                        let answer = program.join.arrived(&new_id(send), send);
                        program.take(answer);
                    }
                    Event::Stranger(other) => {
                        let answer = program.join.arrived(&format!("other-{other}"), 99);
                        prop_assert!(answer.is_none());
                    }
                    Event::Restart => {
                        program.restart();
                        // History is read again from the log.
                        for (send, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
                            let answer = program.join.arrived(&new_id(send), send);
                            program.take(answer);
                        }
                    }
                }
                for send in 0..4 {
                    let answers = program.answers.get(&send).cloned().unwrap_or_default();
                    let expected = if accepted[send] && seen[send] { vec![send] } else { Vec::new() };
                    prop_assert_eq!(answers, expected, "send {}", send);
                }
            }
            let waiting = program.join.waiting().count();
            prop_assert_eq!(waiting, (0..4).filter(|&send| accepted[send] && !seen[send]).count());
        }
    }

    #[test]
    fn only_the_last_records_are_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::open(&folder.path().join("replays.jsonl")).expect("a journal");
        let mut join = Join::default();
        for number in 0..=RECENT {
            assert!(join.arrived(&number.to_string(), number).is_none());
        }
        let attempt = begun(&mut journal, 0);
        assert!(join.accepted(attempt.clone(), "0").is_none());
        let answer = join.accepted(attempt.clone(), &RECENT.to_string());
        assert_eq!(answer, Some(Answer { attempt, record: RECENT }));
    }
}
