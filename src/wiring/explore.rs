//! Reading the wiring, request by request, each thing once.

use std::collections::HashMap;

use aws_sdk_lambda::types::{DestinationConfig, FunctionConfiguration, FunctionEventInvokeConfig, LoggingConfig};
use futures_util::StreamExt;
use futures_util::stream;

use crate::aws::{AwsError, Clients};

use super::arn::{self, Kind};
use super::patience::patiently;
use super::policy::{self, Grant};
use super::{Destination, Logging, Receiver, Route, Sender, Unknown, Via};

/// Requests that run at once.
const AT_ONCE: usize = 6;
/// Where Lambda logs to, when nothing else is configured, before the name.
const USUAL: &str = "/aws/lambda/";

/// A function as `ListFunctions` describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Its bare name.
    pub name: String,
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// Its execution role's ARN.
    pub role: Option<String>,
    /// ARN of its dead-letter queue or topic.
    pub dead_letter: Option<String>,
    /// How it logs.
    pub logging: Logging,
}

/// Reads the wiring and remembers what it has read.
#[derive(Debug)]
pub struct Explorer {
    pub(super) clients: Clients,
    functions: Option<Vec<FunctionInfo>>,
    grants: Option<Vec<(String, Vec<Grant>)>>,
    receivers: HashMap<String, Result<Vec<Receiver>, Unknown>>,
}

impl Explorer {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(clients: Clients) -> Self {
        Self { clients, functions: None, grants: None, receivers: HashMap::new() }
    }

    /// Every function of the account and region, by name.
    ///
    /// # Errors
    /// When they may not be listed, or AWS cannot be reached.
    pub async fn functions(&mut self) -> Result<&[FunctionInfo], AwsError> {
        if self.functions.is_none() {
            let mut found = self.list_functions().await?;
            found.sort_by(|one, other| one.name.cmp(&other.name));
            self.functions = Some(found);
        }
        Ok(self.functions.as_deref().unwrap_or_default())
    }

    async fn list_functions(&self) -> Result<Vec<FunctionInfo>, AwsError> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let page = patiently(async || {
                let request = self.clients.lambda.list_functions().set_marker(marker.clone());
                request
                    .send()
                    .await
                    .map_err(|error| self.clients.explain("lambda:ListFunctions", self.clients.region(), &error))
            });
            let page = page.await?;
            found.extend(page.functions.unwrap_or_default().into_iter().map(FunctionInfo::from));
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// The functions that have an event-invoke config, by name; `seen` hears how many of how many were asked so far.
    ///
    /// # Errors
    /// When the functions may not be listed. A function whose configs may not be read is given with the reason.
    pub async fn senders(&mut self, mut seen: impl FnMut(usize, usize)) -> Result<Vec<Sender>, AwsError> {
        let functions = self.functions().await?.to_vec();
        let total = functions.len();
        let mut found = Vec::new();
        let this = &*self;
        let mut asked = stream::iter(functions)
            .map(|info| async move {
                let routes = this.routes(&info.name, None).await;
                (info, routes)
            })
            .buffer_unordered(AT_ONCE);
        let mut done = 0;
        while let Some((info, routes)) = asked.next().await {
            done += 1;
            match routes {
                Ok(routes) if routes.is_empty() => {}
                Ok(routes) => found.push(sender_of(info, routes, Vec::new())),
                Err(error @ AwsError::Denied { .. }) => {
                    found.push(sender_of(info, Vec::new(), vec![error.to_string()]));
                }
                // It was deleted meanwhile.
                Err(AwsError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            seen(done, total);
        }
        drop(asked);
        found.sort_by(|one, other| one.name.cmp(&other.name));
        for sender in &mut found {
            self.follow(sender).await?;
        }
        Ok(found)
    }

    /// One function, `NAME`, `NAME:QUALIFIER` or ARN, with its configs and where they lead; those of all qualifiers
    /// unless one is named.
    ///
    /// # Errors
    /// When there is no such function, or AWS cannot be reached.
    pub async fn sender(&mut self, function: &str) -> Result<Sender, AwsError> {
        let (name, qualifier) = (arn::unqualified(function), arn::qualifier(function));
        let routes = self.routes(name, qualifier).await?;
        let (info, unread) = match self.function(name).await {
            Ok(info) => (info, Vec::new()),
            Err(error @ AwsError::Denied { .. }) => (FunctionInfo::guessed(name), vec![error.to_string()]),
            Err(error) => return Err(error),
        };
        let only = qualifier.map(str::to_owned);
        let mut sender = Sender { only, ..sender_of(info, routes, unread) };
        self.follow(&mut sender).await?;
        Ok(sender)
    }

    /// The configs of one qualifier, or of all, that of `$LATEST` first.
    async fn routes(&self, name: &str, qualifier: Option<&str>) -> Result<Vec<Route>, AwsError> {
        let mut routes = match qualifier {
            Some(qualifier) => self.route(name, Some(qualifier)).await?,
            None => match self.list_routes(name).await {
                // Whoever may read one config need not be allowed to list them.
                Err(AwsError::Denied { .. }) => self.route(name, None).await?,
                listed => listed?,
            },
        };
        routes.sort_by_key(|route| (route.qualifier != "$LATEST", route.qualifier.clone()));
        Ok(routes)
    }

    async fn route(&self, name: &str, qualifier: Option<&str>) -> Result<Vec<Route>, AwsError> {
        let answer = patiently(async || {
            let request = self.clients.lambda.get_function_event_invoke_config().function_name(name);
            let answer = request.set_qualifier(qualifier.map(str::to_owned)).send().await;
            answer.map_err(|error| self.clients.explain("lambda:GetFunctionEventInvokeConfig", name, &error))
        });
        match answer.await {
            Ok(config) => Ok(vec![route(
                config.function_arn.as_deref(),
                config.maximum_retry_attempts,
                config.maximum_event_age_in_seconds,
                config.destination_config,
            )]),
            // A function without a config is no error; one that does not exist is found out next.
            Err(AwsError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn list_routes(&self, name: &str) -> Result<Vec<Route>, AwsError> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let page = patiently(async || {
                let request = self.clients.lambda.list_function_event_invoke_configs().function_name(name);
                let answer = request.set_marker(marker.clone()).send().await;
                answer.map_err(|error| self.clients.explain("lambda:ListFunctionEventInvokeConfigs", name, &error))
            });
            let page = page.await?;
            found.extend(page.function_event_invoke_configs.unwrap_or_default().into_iter().map(Route::from));
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// One function's configuration.
    pub(super) async fn function(&self, function: &str) -> Result<FunctionInfo, AwsError> {
        let known = self.functions.iter().flatten().find(|info| info.name == function || info.arn == function);
        if let Some(info) = known {
            return Ok(info.clone());
        }
        let answer = patiently(async || {
            let answer = self.clients.lambda.get_function_configuration().function_name(function).send().await;
            answer.map_err(|error| self.clients.explain("lambda:GetFunctionConfiguration", function, &error))
        });
        let answer = answer.await?;
        let logging = logging_of(answer.function_name.as_deref().unwrap_or(function), answer.logging_config);
        Ok(FunctionInfo {
            name: answer.function_name.unwrap_or_else(|| arn::name(function).to_owned()),
            arn: answer.function_arn.map(|arn| arn::unqualified(&arn).to_owned()).unwrap_or_default(),
            role: answer.role,
            dead_letter: answer.dead_letter_config.and_then(|config| config.target_arn),
            logging,
        })
    }

    /// Finds who reads the destinations of a sender.
    async fn follow(&mut self, sender: &mut Sender) -> Result<(), AwsError> {
        for route in &mut sender.routes {
            for destination in route.on_failure.iter_mut().chain(&mut route.on_success) {
                let found = match self.receivers.get(&destination.arn) {
                    Some(known) => known.clone(),
                    None => self.receivers_of(destination).await?,
                };
                self.receivers.insert(destination.arn.clone(), found.clone());
                match found {
                    Ok(receivers) => destination.receivers = receivers,
                    Err(why) => destination.unknown = Some(why),
                }
            }
        }
        Ok(())
    }

    /// The readers of a destination, or why they are not known; an error is what concerns more than this one.
    async fn receivers_of(&mut self, destination: &Destination) -> Result<Result<Vec<Receiver>, Unknown>, AwsError> {
        let arn = destination.arn.as_str();
        let found = match destination.kind {
            Kind::Function => self.receiver(arn, Via::Directly).await.map(|receiver| vec![receiver]),
            Kind::Queue => self.readers_of_queue(arn).await,
            Kind::Topic => self.permitted(|grant| grant.is_for_topic(arn).then_some(Via::Topic)).await,
            Kind::Bus => self.permitted(|grant| grant.rule_of(arn).map(|rule| Via::Rule(rule.to_owned()))).await,
            Kind::Bucket | Kind::Other => Ok(Vec::new()),
        };
        match found {
            Ok(receivers) => Ok(Ok(receivers)),
            Err(error @ AwsError::NotFound { .. }) => Ok(Err(Unknown::Gone(error.to_string()))),
            Err(error @ AwsError::Denied { .. }) => Ok(Err(Unknown::Unread(error.to_string()))),
            Err(error) => Err(error),
        }
    }

    async fn receiver(&self, function: &str, via: Via) -> Result<Receiver, AwsError> {
        let name = arn::name(arn::unqualified(function)).to_owned();
        let logging = match self.function(function).await {
            Ok(info) => info.logging,
            // Who may read the log need not be allowed to read the function: the usual name is the best guess.
            Err(AwsError::Denied { .. }) => Logging { group: format!("{USUAL}{name}"), ..Logging::default() },
            Err(error) => return Err(error),
        };
        Ok(Receiver { function: name, qualifier: arn::qualifier(function).map(str::to_owned), via, logging })
    }

    async fn readers_of_queue(&self, queue: &str) -> Result<Vec<Receiver>, AwsError> {
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let page = patiently(async || {
                let request = self.clients.lambda.list_event_source_mappings().event_source_arn(queue);
                let answer = request.set_marker(marker.clone()).send().await;
                answer.map_err(|error| self.clients.explain("lambda:ListEventSourceMappings", queue, &error))
            });
            let page = page.await?;
            for mapping in page.event_source_mappings.unwrap_or_default() {
                let (uuid, state) = (mapping.uuid.unwrap_or_default(), mapping.state.unwrap_or_default());
                let function = mapping.function_arn.unwrap_or_default();
                found.push(self.receiver(&function, Via::Mapping { uuid, state }).await?);
            }
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    /// The functions whose policy has a permission that fits.
    async fn permitted(&mut self, fits: impl Fn(&Grant) -> Option<Via>) -> Result<Vec<Receiver>, AwsError> {
        if self.grants.is_none() {
            self.functions().await?;
            self.grants = Some(self.read_policies().await?);
        }
        let mut found: Vec<Receiver> = Vec::new();
        for (name, grants) in self.grants.iter().flatten() {
            for via in grants.iter().filter_map(&fits) {
                found.push(self.receiver(name, via).await?);
            }
        }
        Ok(found)
    }

    /// The policies of all functions, as far as they have one.
    async fn read_policies(&self) -> Result<Vec<(String, Vec<Grant>)>, AwsError> {
        let names = self.functions.iter().flatten().map(|info| info.name.clone());
        let mut asked = stream::iter(names.collect::<Vec<_>>())
            .map(|name| async move {
                let policy = self.policy(&name).await;
                (name, policy)
            })
            .buffered(AT_ONCE);
        let mut found = Vec::new();
        while let Some((name, policy)) = asked.next().await {
            match policy {
                Ok(policy) => found.push((name, policy::grants(&policy))),
                // It has none, or is gone.
                Err(AwsError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn policy(&self, name: &str) -> Result<String, AwsError> {
        let answer = patiently(async || {
            let answer = self.clients.lambda.get_policy().function_name(name).send().await;
            answer.map_err(|error| self.clients.explain("lambda:GetPolicy", name, &error))
        });
        Ok(answer.await?.policy.unwrap_or_default())
    }
}

impl FunctionInfo {
    /// What is known of a function that may not be read.
    fn guessed(function: &str) -> Self {
        let name = arn::name(function).to_owned();
        let arn = if function.starts_with("arn:") { function.to_owned() } else { String::new() };
        Self { logging: logging_of(&name, None), name, arn, ..Self::default() }
    }
}

impl From<FunctionConfiguration> for FunctionInfo {
    fn from(configuration: FunctionConfiguration) -> Self {
        let name = configuration.function_name.unwrap_or_default();
        Self {
            arn: configuration.function_arn.map(|arn| arn::unqualified(&arn).to_owned()).unwrap_or_default(),
            role: configuration.role,
            dead_letter: configuration.dead_letter_config.and_then(|config| config.target_arn),
            logging: logging_of(&name, configuration.logging_config),
            name,
        }
    }
}

impl From<FunctionEventInvokeConfig> for Route {
    fn from(config: FunctionEventInvokeConfig) -> Self {
        route(
            config.function_arn.as_deref(),
            config.maximum_retry_attempts,
            config.maximum_event_age_in_seconds,
            config.destination_config,
        )
    }
}

fn sender_of(info: FunctionInfo, routes: Vec<Route>, unread: Vec<String>) -> Sender {
    let dead_letter = info.dead_letter.filter(|arn| !arn.is_empty());
    Sender { name: info.name, arn: info.arn, role: info.role, dead_letter, only: None, routes, unread }
}

fn route(
    function: Option<&str>,
    retries: Option<i32>,
    age: Option<i32>,
    destinations: Option<DestinationConfig>,
) -> Route {
    let (success, failure) = destinations.map(|config| (config.on_success, config.on_failure)).unwrap_or_default();
    let qualifier = function.and_then(arn::qualifier).unwrap_or("$LATEST").to_owned();
    Route {
        qualifier,
        retries: retries.and_then(|number| u32::try_from(number).ok()),
        age: age.and_then(|number| u32::try_from(number).ok()),
        on_success: success.and_then(|to| to.destination).and_then(destination),
        on_failure: failure.and_then(|to| to.destination).and_then(destination),
    }
}

fn destination(arn: String) -> Option<Destination> {
    let kind = Kind::of(&arn);
    (!arn.is_empty()).then(|| Destination { arn, kind, receivers: Vec::new(), unknown: None })
}

fn logging_of(name: &str, config: Option<LoggingConfig>) -> Logging {
    let known = config.is_some();
    let (format, group, application, system) = config
        .map_or((None, None, None, None), |c| (c.log_format, c.log_group, c.application_log_level, c.system_log_level));
    Logging {
        group: group.filter(|group| !group.is_empty()).unwrap_or_else(|| format!("{USUAL}{name}")),
        json: format.is_some_and(|format| format.as_str() == "JSON"),
        application: application.map(|level| level.as_str().to_owned()),
        system: system.map(|level| level.as_str().to_owned()),
        known,
    }
}
