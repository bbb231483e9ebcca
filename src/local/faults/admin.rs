//! The admin path `/_arrivals/faults`, outside of the protocols of AWS.
//!
//! `GET` tells the seed and the rules, each with how often it struck; `PUT` puts others in their place, `POST` adds
//! some, `DELETE` takes all away, and each answers as `GET` does. A body is `{"faults": ["throttle=0.2", …], "seed": 7}`.
//! No fault strikes here.

use serde::{Deserialize, Serialize};

use super::super::wire::{Reply, Request, to_json};
use super::super::world::World;
use super::{FaultError, FaultRule};

/// Where it is.
pub(crate) const PATH: &str = "/_arrivals/faults";

const JSON: &str = "application/json";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    faults: Vec<String>,
    seed: Option<u64>,
}

#[derive(Serialize)]
struct Told {
    seed: u64,
    faults: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    fault: String,
    struck: u64,
}

#[derive(Serialize)]
struct Complaint {
    message: String,
}

/// Answers a request to the path.
pub(crate) fn answer(world: &World, request: &Request) -> Reply {
    let done = match request.method.as_str() {
        "GET" => Ok(()),
        "DELETE" => {
            world.faults.replace(None, Vec::new());
            Ok(())
        }
        "PUT" => read(&request.body).map(|(rules, seed)| world.faults.replace(seed, rules)),
        "POST" => read(&request.body).map(|(rules, _)| world.faults.add(rules)),
        other => Err(format!("{other} is not offered: use GET, PUT, POST or DELETE")),
    };
    match done {
        Ok(()) => Reply::new(200, JSON, to_json(&told(world))),
        Err(message) => Reply::new(400, JSON, to_json(&Complaint { message })),
    }
}

fn read(body: &[u8]) -> Result<(Vec<FaultRule>, Option<u64>), String> {
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|error| format!("{error}: send {{\"faults\": [\"throttle=0.2@FilterLogEvents\"]}}"))?;
    let rules: Result<Vec<FaultRule>, FaultError> = wanted.faults.iter().map(|text| text.parse()).collect();
    rules.map(|rules| (rules, wanted.seed)).map_err(|error| error.to_string())
}

fn told(world: &World) -> Told {
    let rules = world.faults.struck().into_iter();
    let faults = rules.map(|(rule, struck)| Rule { fault: rule.to_string(), struck }).collect();
    Told { seed: world.faults.seed(), faults }
}
