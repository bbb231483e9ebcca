//! Replays on a board: what its jobs are asked, and answers to them.

use arrivals::app::jobs::{Answer, News, Order, ReplayAnswer, ReplayRequest, Request, Ticket};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::Model;
use arrivals::aws::Identity;
use arrivals::board::Query;
use arrivals::replay::Key;
use arrivals::replay::drive::Told;
use arrivals::replay::facts::{EventConfig, Facts, Qualifier};
use arrivals::replay::journal::{AttemptId, Begun, Intent, Journal};
use crossterm::event::KeyCode;

use super::{NOW, board_of, events, press, update};

const RECEIVER: &str = "arn:aws:lambda:eu-central-1:111122223333:function:receiver";

pub fn facts() -> Facts {
    let named = |name: &str, version: Option<&str>| Qualifier { name: name.into(), version: version.map(Into::into) };
    let identity = Identity { account: "111122223333".into(), arn: "arn:aws:iam::111122223333:user/ada".into() };
    Facts {
        identity: Ok(identity),
        qualifiers: Ok(vec![named("$LATEST", None), named("live", Some("7")), named("7", None)]),
        config: Ok(EventConfig {
            on_success: Some(RECEIVER.into()),
            on_failure: Some(RECEIVER.into()),
            ..EventConfig::default()
        }),
        modified: Ok(NOW - 400_000),
        group: "/aws/lambda/sender".into(),
        tenants: false,
        starts: Vec::new(),
        region: "eu-central-1".into(),
    }
}

/// Every job of replay that effects start.
pub fn started(effects: &[Effect]) -> Vec<(Ticket, &ReplayRequest)> {
    let started = effects.iter().filter_map(|effect| match effect {
        Effect::Start { ticket, request: Request::Replay(request) } => Some((*ticket, request)),
        _ => None,
    });
    started.collect()
}

pub fn runs(effects: &[Effect]) -> Vec<(Ticket, Order)> {
    let runs = started(effects).into_iter().filter_map(|(ticket, request)| match request {
        ReplayRequest::Run(order) => Some((ticket, order.clone())),
        _ => None,
    });
    runs.collect()
}

pub fn tell(model: &mut Model, ticket: Ticket, news: News) -> Vec<Effect> {
    update(model, Message::Job { ticket, news })
}

/// Answers every question about a function that effects ask.
pub fn answer(model: &mut Model, effects: &[Effect], facts: &Facts) {
    for (ticket, request) in started(effects) {
        if matches!(request, ReplayRequest::Facts(_)) {
            let facts = Box::new(facts.clone());
            tell(model, ticket, News::Done(Ok(Answer::Replay(ReplayAnswer::Facts(facts)))));
        }
    }
}

pub fn filtered(query: &str) -> Model {
    let mut model = board_of(&events());
    model.board.set_query(Query::parse(query).unwrap());
    while model.advance(100, &mut Vec::new()) {}
    model
}

/// The sheet of the only failure of the seed's sender that can be replayed, with all that is known of the function.
pub fn sheet_with(facts: &Facts) -> Model {
    let mut model = filtered("fn:sender condition:RetriesExhausted");
    let effects = press(&mut model, KeyCode::Char('r'));
    answer(&mut model, &effects, facts);
    model
}

/// The plan of every failure.
pub fn plan() -> Model {
    let mut model = board_of(&events());
    let effects = press(&mut model, KeyCode::Char('R'));
    answer(&mut model, &effects, &facts());
    model
}

/// A name as the journal gives it.
pub fn attempt() -> AttemptId {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(&folder.path().join("replays.jsonl")).unwrap();
    let arrival = board_of(&events()).board.arrivals().next().unwrap().1.clone();
    let intent = Intent {
        key: Key::of(&arrival),
        target: RECEIVER.into(),
        bytes: 2,
        edited: false,
        fingerprint: None,
        known: 0,
    };
    match journal.begin(&intent).unwrap() {
        Begun::May(attempt) => attempt,
        Begun::Taken => panic!("nobody else is here"),
    }
}

/// News of a run under way.
pub fn told(model: &mut Model, ticket: Ticket, told: Told) -> Vec<Effect> {
    tell(model, ticket, News::Progress(Answer::Replay(ReplayAnswer::Told(Box::new(told)))))
}
