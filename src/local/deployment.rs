//! The functions as they are configured now: qualifiers, event-invoke configs, concurrency, environments.

mod logging;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::functions::{DEPLOYED, Definition};
use super::names::{FunctionRef, LATEST, Names};
use super::readers::Statement;
use super::wire::Fault;
use super::world::{World, lock};

pub(crate) use logging::{Described as DescribedLogging, Level, Logging, Wanted as WantedLogging};

/// Invocations that an account may run at once, as AWS's default.
const ACCOUNT_CONCURRENCY: u32 = 1000;
/// Warm environments that a function keeps.
const WARM: usize = 64;

/// All functions by name.
#[derive(Debug)]
pub(crate) struct Functions {
    by_name: BTreeMap<&'static str, Function>,
    running: u32,
}

/// A function and its settings.
#[derive(Debug)]
pub(crate) struct Function {
    /// As it was deployed.
    pub(crate) definition: &'static Definition,
    /// Event-invoke configs by qualifier.
    pub(crate) configs: BTreeMap<String, EventInvokeConfig>,
    /// Reserved concurrency.
    pub(crate) reserved: Option<u32>,
    /// Who may invoke it, by qualifier.
    pub(crate) policies: BTreeMap<Option<String>, Vec<Statement>>,
    /// ARN of its dead-letter queue or topic.
    pub(crate) dead_letter: Option<String>,
    /// How it logs.
    pub(crate) logging: Logging,
    /// When it was deployed, in milliseconds since the Unix epoch.
    pub(crate) modified: i64,
    running: u32,
    idle: Vec<Environment>,
}

/// What becomes of a function's asynchronous invocations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EventInvokeConfig {
    /// 0 to 2; 2 when not set.
    pub(crate) retries: Option<u32>,
    /// Seconds, 60 to 21 600; 21 600 when not set.
    pub(crate) age: Option<u32>,
    /// ARN of the destination of successes.
    pub(crate) on_success: Option<String>,
    /// ARN of the destination of failures.
    pub(crate) on_failure: Option<String>,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub(crate) modified: i64,
}

/// What an invocation runs.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The function.
    pub(crate) definition: &'static Definition,
    /// As it was invoked: `$LATEST`, a version or an alias.
    pub(crate) qualifier: String,
    /// What that stands for: `$LATEST` or a version.
    pub(crate) version: &'static str,
}

/// A process that runs one invocation at a time and logs to one stream.
#[derive(Debug)]
pub(crate) struct Environment {
    /// Its log stream.
    pub(crate) stream: String,
    /// The version that it runs.
    pub(crate) version: &'static str,
}

/// Why an invocation cannot run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Busy {
    /// The function is not there any more.
    Gone,
    /// Its reserved concurrency is 0.
    Zero,
    /// Its reserved concurrency is in use.
    Reserved,
    /// The account's concurrency is in use.
    Account,
}

impl Functions {
    /// Every function, its outcomes wired as it was deployed.
    pub(crate) fn deploy(names: &Names, now: i64) -> Self {
        let deployed = DEPLOYED.iter().map(|definition| (definition.name, Function::new(definition, names, now)));
        Self { by_name: deployed.collect(), running: 0 }
    }

    /// All of them, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Function> {
        self.by_name.values()
    }

    /// The function of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name)
    }

    /// The function of this name, to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Function> {
        self.by_name.get_mut(name)
    }

    /// Removes a function; what it still runs comes to its end.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Function> {
        self.by_name.remove(name)
    }

    /// The function and version that a reference stands for.
    pub(crate) fn resolve(&self, names: &Names, wanted: &FunctionRef) -> Result<Target, Fault> {
        let qualifier = wanted.qualifier.as_deref().unwrap_or(LATEST);
        let found = self.get(&wanted.name).and_then(|function| {
            let version = function.version_of(qualifier)?;
            Some(Target { definition: function.definition, qualifier: qualifier.to_owned(), version })
        });
        found.ok_or_else(|| {
            let arn = names.qualified_arn(&wanted.name, qualifier);
            Fault::new(404, "ResourceNotFoundException", format!("Function not found: {arn}"))
        })
    }

    /// Takes a warm environment, or none when a new one has to start.
    fn take(&mut self, target: &Target) -> Result<Option<Environment>, Busy> {
        let full = self.running >= ACCOUNT_CONCURRENCY;
        let function = self.get_mut(target.definition.name).ok_or(Busy::Gone)?;
        function.version_of(&target.qualifier).ok_or(Busy::Gone)?;
        match function.reserved {
            Some(0) => return Err(Busy::Zero),
            Some(most) if function.running >= most => return Err(Busy::Reserved),
            None if full => return Err(Busy::Account),
            _ => {}
        }
        function.running += 1;
        let warm = function.idle.iter().rposition(|idle| idle.version == target.version);
        let environment = warm.map(|at| function.idle.remove(at));
        self.running += 1;
        Ok(environment)
    }

    fn give_back(&mut self, name: &str, environment: Environment) {
        self.running = self.running.saturating_sub(1);
        if let Some(function) = self.get_mut(name) {
            function.running = function.running.saturating_sub(1);
            function.idle.push(environment);
            function.idle.truncate(WARM);
        }
    }
}

impl Function {
    fn new(definition: &'static Definition, names: &Names, now: i64) -> Self {
        let configs = definition.outcomes_to.map(|to| {
            let arn = names.function_arn(to);
            let (on_success, on_failure) = (Some(arn.clone()), Some(arn));
            let config =
                EventInvokeConfig { retries: Some(2), age: Some(21_600), on_success, on_failure, modified: now };
            let alias = definition.published.map(|(_, alias)| alias);
            let qualifiers = std::iter::once(LATEST).chain(alias).map(str::to_owned);
            qualifiers.map(|qualifier| (qualifier, config.clone())).collect()
        });
        let configs = configs.unwrap_or_default();
        Self {
            definition,
            configs,
            reserved: None,
            policies: BTreeMap::new(),
            dead_letter: None,
            logging: Logging::default(),
            modified: now,
            running: 0,
            idle: Vec::new(),
        }
    }

    /// The version that a qualifier stands for.
    pub(crate) fn version_of(&self, qualifier: &str) -> Option<&'static str> {
        let published = self.definition.published;
        match qualifier {
            LATEST => Some(LATEST),
            _ => published
                .filter(|(version, alias)| qualifier == *version || qualifier == *alias)
                .map(|(version, _)| version),
        }
    }
}

/// An environment that runs an invocation, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    world: Arc<World>,
    name: &'static str,
    environment: Environment,
    /// Whether it had to be started.
    pub(crate) cold: bool,
}

impl Lease {
    /// Takes an environment of the target's version.
    pub(crate) fn take(world: &Arc<World>, target: &Target) -> Result<Self, Busy> {
        let warm = lock(&world.functions).take(target)?;
        let cold = warm.is_none();
        let environment =
            warm.unwrap_or_else(|| Environment { stream: world.new_stream(target.version), version: target.version });
        Ok(Self { world: Arc::clone(world), name: target.definition.name, environment, cold })
    }

    /// The log stream that it writes to.
    pub(crate) fn stream(&self) -> &str {
        &self.environment.stream
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let stream = std::mem::take(&mut self.environment.stream);
        let environment = Environment { stream, version: self.environment.version };
        lock(&self.world.functions).give_back(self.name, environment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names { region: "eu-central-1".to_owned(), account: "123123123123".to_owned() }
    }

    fn reference(name: &str, qualifier: Option<&str>) -> FunctionRef {
        FunctionRef { name: name.to_owned(), qualifier: qualifier.map(str::to_owned) }
    }

    #[test]
    fn qualifiers_stand_for_versions() {
        let functions = Functions::deploy(&names(), 0);
        for (qualifier, version) in [(None, "$LATEST"), (Some("7"), "7"), (Some("live"), "7")] {
            let target = functions.resolve(&names(), &reference("sender", qualifier)).unwrap();
            assert_eq!(target.version, version);
        }
        let fault = functions.resolve(&names(), &reference("sender", Some("gone"))).unwrap_err();
        assert_eq!(fault.message, "Function not found: arn:aws:lambda:eu-central-1:123123123123:function:sender:gone");
    }

    #[test]
    fn reserved_concurrency_bounds_what_runs() {
        let mut functions = Functions::deploy(&names(), 0);
        let target = functions.resolve(&names(), &reference("sender", None)).unwrap();
        functions.get_mut("sender").unwrap().reserved = Some(1);
        assert!(functions.take(&target).unwrap().is_none());
        assert_eq!(functions.take(&target).unwrap_err(), Busy::Reserved);
        functions.give_back("sender", Environment { stream: "s".to_owned(), version: "$LATEST" });
        assert_eq!(functions.take(&target).unwrap().unwrap().stream, "s");
        functions.get_mut("sender").unwrap().reserved = Some(0);
        assert_eq!(functions.take(&target).unwrap_err(), Busy::Zero);
        functions.remove("sender");
        assert_eq!(functions.take(&target).unwrap_err(), Busy::Gone);
    }
}
