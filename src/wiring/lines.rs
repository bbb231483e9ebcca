//! A wiring in words, line by line, for a page or a screen.

use super::{Destination, Examined, Facts, Finding, Gravity, Kind, Receiver, Route};

/// What a line of a wiring is, for those who dress it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Begins something.
    Head,
    /// Says where something goes.
    Plain,
    /// Says more of what stands before it.
    Aside,
    /// Tells of a finding.
    Finding(Gravity),
    /// A command to type.
    Command,
}

/// A line of a wiring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text, as names were given: perhaps with control characters.
    pub text: String,
    /// What it is.
    pub weight: Weight,
}

/// A sender as lines of text.
#[must_use]
pub fn lines(examined: &Examined) -> Vec<Line> {
    let facts = &examined.facts;
    let mut lines = vec![line(Weight::Head, head(facts))];
    for route in &facts.sender.routes {
        lines.push(line(Weight::Plain, format!("  {}  {}", route.qualifier, limits(route))));
        lines.extend(outcome(facts, "success", route.on_success.as_ref()));
        lines.extend(outcome(facts, "failure", route.on_failure.as_ref()));
    }
    if let Some(arn) = &facts.sender.dead_letter {
        lines.push(line(Weight::Plain, format!("  dead letters → {}", short(arn))));
    }
    for finding in &examined.findings {
        lines.extend(finding_lines(finding));
    }
    if examined.findings.is_empty() && facts.sender.unread.is_empty() {
        lines.push(line(Weight::Aside, "  nothing is wrong with it".to_owned()));
    }
    let unread = facts.sender.unread.iter();
    lines.extend(unread.map(|why| line(Weight::Finding(Gravity::Note), format!("  ? not looked at: {why}"))));
    lines
}

fn line(weight: Weight, text: String) -> Line {
    Line { text, weight }
}

fn head(facts: &Facts) -> String {
    let reserved = facts.reserved.get(&facts.sender.name);
    let reserved = reserved.map(|number| format!("  reserved concurrency {number}")).unwrap_or_default();
    format!("{}{reserved}", facts.sender.name)
}

fn limits(route: &Route) -> String {
    let (retries, age) = (route.retries.unwrap_or(2), route.age.unwrap_or(21_600));
    let retries = if retries == 1 { "1 retry".to_owned() } else { format!("{retries} retries") };
    let age = if age.is_multiple_of(3600) { format!("{} h", age / 3600) } else { format!("{age} s") };
    format!("{retries}, events live {age}")
}

fn outcome(facts: &Facts, name: &str, to: Option<&Destination>) -> Vec<Line> {
    let Some(to) = to else { return vec![line(Weight::Aside, format!("    {name} → nowhere"))] };
    let readers: Vec<String> = to.receivers.iter().map(|receiver| reader(facts, receiver)).collect();
    let place =
        if to.kind == Kind::Function { String::new() } else { format!("{} {}", to.kind.word(), short(&to.arn)) };
    match (to.kind, readers.is_empty()) {
        (Kind::Function, false) => vec![line(Weight::Plain, format!("    {name} → {}", readers.join(", ")))],
        (Kind::Function, true) => vec![line(Weight::Plain, format!("    {name} → {}", short(&to.arn)))],
        (_, true) => vec![line(Weight::Plain, format!("    {name} → {place}"))],
        (_, false) => {
            readers.iter().map(|reader| line(Weight::Plain, format!("    {name} → {place} → {reader}"))).collect()
        }
    }
}

fn reader(facts: &Facts, receiver: &Receiver) -> String {
    let logging = &receiver.logging;
    let format = match (&logging.application, logging.json) {
        _ if !logging.known => "format unknown".to_owned(),
        (Some(level), true) => format!("JSON from {level}"),
        (None, true) => "JSON".to_owned(),
        (_, false) => "text".to_owned(),
    };
    let group = match facts.groups.get(&logging.group) {
        Some(Some(group)) => {
            let kept = group.retention.map_or_else(|| "kept for ever".to_owned(), |days| format!("kept {days} days"));
            let class = if group.class == "STANDARD" { String::new() } else { format!(", {}", group.class) };
            format!(", {kept}{class}")
        }
        Some(None) => ", not there".to_owned(),
        None => String::new(),
    };
    format!("{} → {} ({format}{group})", receiver.label(), logging.group)
}

/// An ARN without what goes without saying: its partition, region and account.
fn short(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).map_or(arn, |resource| resource.rsplit('/').next().unwrap_or(resource))
}

fn finding_lines(finding: &Finding) -> Vec<Line> {
    let mark = match finding.gravity {
        Gravity::Fault => "✗",
        Gravity::Risk => "!",
        Gravity::Note => "·",
    };
    let weight = Weight::Finding(finding.gravity);
    let mut lines = vec![
        line(weight, format!("  {mark} {}: {}", finding.subject, finding.found)),
        line(Weight::Aside, format!("      {}", finding.consequence)),
    ];
    lines.extend(finding.mend.as_ref().map(|mend| line(Weight::Command, format!("      $ {mend}"))));
    lines
}
